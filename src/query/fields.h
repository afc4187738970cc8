// Fields: which parts of each entity a client wants ("metadata.name,spec.type,relations"), cut out of its JSON.
//
// As in Backstage: names regardless of dots in them (of two that fit the shorter wins), arrays as a whole alone, what
// isn't there is left out together with the objects around it. Members come in the entity's own order. One object
// belongs to one thread (it keeps scratch).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aureacore::query {

class Fields {
 public:
  static constexpr std::size_t max_fields = 200;

  Fields() = default;
  // Each may list several, with commas. Error: invalid (an index into an array) or too_large.
  static base::Result<Fields> parse(std::span<const std::string> lists);

  // Nothing was asked for in particular: entities are given whole.
  [[nodiscard]] bool is_everything() const { return paths_.empty(); }
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  // Appends the slice of one entity's JSON.
  void project(std::string_view json, std::string& out);

 private:
  struct Member {
    std::string_view name;   // with quotes
    std::string_view value;  // its bytes
  };
  // What is left of one path at the object at hand, and where it leads.
  struct Trail {
    std::string_view rest;
    std::size_t member = none;
    std::size_t length = 0;  // of the name that fits
  };
  static constexpr std::size_t none = ~std::size_t{0};

  bool project_object(std::string_view json, std::span<Trail> trails, std::string& out);
  bool project_member(const Member& member, std::size_t index, std::span<Trail> trails, std::string& out);
  void find_members(std::string_view json, std::span<Trail> trails, std::vector<Member>& members);

  std::vector<std::string> paths_;
  std::string scratch_;
};

}  // namespace aureacore::query
