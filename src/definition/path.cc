#include "definition/path.h"

#include "base/text.h"
#include "definition/url.h"

namespace aureacore::definition {
namespace {

bool is_absolute_url(std::string_view target) { return target.starts_with("//") || !url_scheme(target).empty(); }

void drop_last_segment(std::string& path) {
  const auto slash = path.rfind('/');
  path.resize(slash == std::string::npos ? 0 : slash);
}

}  // namespace

std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
}

base::Result<std::string> resolve_path(std::string_view from, std::string_view target) {
  if (is_absolute_url(target)) {
    return base::fail(base::Code::denied, "expected a path inside this repository, found the URL \"{}\"",
                      base::printable(target));
  }
  std::string path;
  if (!target.starts_with('/')) path = folder_of(from);
  if (path.ends_with('/')) path.pop_back();
  for (const std::string_view segment : base::split(target, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      if (!path.empty()) path += '/';
      path += segment;
    } else if (path.empty()) {
      return base::fail(base::Code::denied,
                        "expected a path inside this repository, found \"{}\", which leads out of it",
                        base::printable(target));
    } else {
      drop_last_segment(path);
    }
  }
  if (path.empty()) {
    return base::fail(base::Code::denied, "expected the path of a file, found \"{}\"", base::printable(target));
  }
  return path;
}

}  // namespace aureacore::definition
