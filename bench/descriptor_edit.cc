#include "bench/descriptor_edit.h"

#include <optional>

#include "base/text.h"
#include "bench/failure.h"

namespace aureacore::bench {
namespace {

struct Found {
  std::string kind;
  std::string name;
  std::string space = "default";
  std::size_t begin = 0;  // of the lines to replace
  std::size_t end = 0;
  bool in_metadata = false;
  bool in_description = false;
};

std::optional<std::string> value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return std::nullopt;
  std::string_view value = base::trim(line.substr(key.size()));
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) value = value.substr(1, value.size() - 2);
  return base::lower(value);
}

bool continues(std::string_view line) { return line.empty() || line.starts_with("   "); }

void read_line(Found& found, std::string_view line, std::size_t begin, std::size_t end) {
  if (found.in_description && continues(line)) {
    found.end = end;
    return;
  }
  found.in_description = false;
  if (!line.empty() && line[0] != ' ' && line[0] != '#') found.in_metadata = line.starts_with("metadata:");
  if (auto kind = value_of(line, "kind:")) found.kind = *kind;
  if (!found.in_metadata) return;
  if (line.starts_with("metadata:")) found.begin = found.end = end;
  if (auto name = value_of(line, "  name:")) found.name = *name;
  if (auto space = value_of(line, "  namespace:")) found.space = *space;
  if (line.starts_with("  description:")) {
    found.in_description = true;
    found.begin = begin;
    found.end = end;
  }
}

}  // namespace

Edited with_description(std::string_view content, std::string_view description) {
  Found found;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t newline = content.find('\n', begin);
    const std::size_t end = newline == std::string_view::npos ? content.size() : newline + 1;
    const std::string_view line = content.substr(begin, end - begin - (newline == std::string_view::npos ? 0 : 1));
    if (line.starts_with("---") && !found.kind.empty()) break;
    read_line(found, line, begin, end);
    begin = end;
  }
  if (found.kind.empty() || found.name.empty() || found.end == 0)
    give_up("expected an entity in '{}'", content.substr(0, 200));
  std::string edited(content.substr(0, found.begin));
  edited += fmt::format("  description: {}\n", description);
  edited += content.substr(found.end);
  return {fmt::format("{}:{}/{}", found.kind, found.space, found.name), std::move(edited)};
}

}  // namespace aureacore::bench
