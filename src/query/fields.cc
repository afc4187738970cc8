#include "query/fields.h"

#include <algorithm>

#include "base/json_scan.h"
#include "base/text.h"

namespace aureacore::query {
namespace {

bool fits(std::string_view path, std::string_view name) {
  return path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
}

}  // namespace

base::Result<Fields> Fields::parse(std::span<const std::string> lists) {
  Fields fields;
  for (const std::string& list : lists) {
    for (const std::string_view part : base::split(list, ',')) {
      const std::string_view path = base::trim(part);
      if (path.empty() || std::ranges::find(fields.paths_, path) != fields.paths_.end()) continue;
      if (path.find('[') != std::string_view::npos) {
        return base::fail(base::Code::invalid,
                          "expected names with dots as fields, found \"{}\": arrays are given whole",
                          base::printable(path));
      }
      if (fields.paths_.size() == max_fields) {
        return base::fail(base::Code::too_large, "expected at most {} fields", max_fields);
      }
      fields.paths_.emplace_back(path);
    }
  }
  return fields;
}

void Fields::project(std::string_view json, std::string& out) {
  std::vector<Trail> trails;
  trails.reserve(paths_.size());
  for (const std::string& path : paths_) trails.push_back({path});
  if (!project_object(json, trails, out)) out.append("{}");
}

// The shortest name wins, as it does for Backstage, which tries "a" before "a.b".
void Fields::find_members(std::string_view json, std::span<Trail> trails, std::vector<Member>& members) {
  base::for_each_member(json, [&](std::string_view quoted, std::string_view value) {
    const std::string_view name = base::unescape(quoted, scratch_);
    bool wanted = false;
    for (Trail& trail : trails) {
      if (!fits(trail.rest, name) || (trail.member != none && trail.length <= name.size())) continue;
      trail.member = members.size();
      trail.length = name.size();
      wanted = true;
    }
    if (wanted) members.push_back({quoted, value});
    return true;
  });
}

bool Fields::project_object(std::string_view json, std::span<Trail> trails, std::string& out) {
  std::vector<Member> members;
  find_members(json, trails, members);
  const std::size_t begin = out.size();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::size_t before = out.size();
    out.push_back(before == begin ? '{' : ',');
    if (!project_member(members[i], i, trails, out)) out.resize(before);
  }
  if (out.size() == begin) return false;
  out.push_back('}');
  return true;
}

bool Fields::project_member(const Member& member, std::size_t index, std::span<Trail> trails, std::string& out) {
  std::vector<Trail> inner;
  bool whole = false;
  for (const Trail& trail : trails) {
    if (trail.member != index) continue;
    if (trail.rest.size() == trail.length) {
      whole = true;
    } else {
      inner.push_back({trail.rest.substr(trail.length + 1)});
    }
  }
  if (!whole && inner.empty()) return false;
  out.append(member.name);
  out.push_back(':');
  if (!whole) return project_object(member.value, inner, out);
  out.append(member.value);
  return true;
}

}  // namespace aureacore::query
