#include "feed/fields.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json_scan.h"

namespace aureacore::feed {
namespace {

using Members = std::vector<std::pair<std::string_view, std::string_view>>;  // names with their quotes, values

Members members(std::string_view object) {
  Members all;
  base::for_each_member(object, [&](std::string_view name, std::string_view value) {
    all.emplace_back(name, value);
    return true;
  });
  return all;
}

std::string_view find(const Members& in, std::string_view name) {
  const auto at = std::ranges::find(in, name, &Members::value_type::first);
  return at == in.end() ? std::string_view{} : at->second;
}

class Comparison {
 public:
  Fields run(std::string_view before, std::string_view after) {
    compare(before, after, 1);
    return std::move(fields_);
  }

 private:
  void compare(std::string_view before, std::string_view after, int depth) {
    const Members old = members(before);
    const Members fresh = members(after);
    for (const auto& [name, value] : fresh) {
      if (const std::string_view was = find(old, name); was != value) note(name, was, value, depth);
    }
    for (const auto& [name, value] : old) {
      if (find(fresh, name).empty()) note(name, value, {}, depth);
    }
  }

  void note(std::string_view name, std::string_view before, std::string_view after, int depth) {
    const std::size_t size = path_.size();
    if (size != 0) path_ += '.';
    path_ += base::unescape(name, scratch_);
    const bool objects = before.starts_with('{') && after.starts_with('{');
    if (objects && depth < Fields::max_depth) {
      compare(before, after, depth + 1);
    } else if (path_ != "metadata.etag") {  // which says that something differs, and nothing else
      add();
    }
    path_.resize(size);
  }

  void add() {
    if (fields_.paths.size() == Fields::max_paths) {
      fields_.more = true;
    } else {
      fields_.paths.push_back(path_);
    }
  }

  Fields fields_;
  std::string path_;
  std::string scratch_;
};

}  // namespace

Fields compare_fields(const catalog::Entity& before, const catalog::Entity& after) {
  std::string old;
  std::string fresh;
  before.append_json(old);
  after.append_json(fresh);
  return Comparison().run(old, fresh);
}

}  // namespace aureacore::feed
