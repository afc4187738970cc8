// Fields: which parts of an entity differ between two of its forms, as paths like those of filters: "spec.owner",
// "metadata.annotations.example.com/x", "relations". Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "catalog/entity.h"

namespace aureacore::feed {

struct Fields {
  static constexpr std::size_t max_paths = 64;
  static constexpr int max_depth = 3;  // below that, and in arrays, the whole value counts as one

  std::vector<std::string> paths;  // in order of the rendered JSON, those that went last
  bool more = false;               // there were more than max_paths
};

Fields compare_fields(const catalog::Entity& before, const catalog::Entity& after);

}  // namespace aureacore::feed
