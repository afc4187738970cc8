// Values: what stands at a path of an entity, found as the index finds it: dots within names, through arrays,
// regardless of case.
//
// For what the index can't answer: order, prefixes and substrings. Reads the entity's JSON; a few fields without even
// that.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "catalog/entity.h"
#include "catalog/selection.h"
#include "catalog/snapshot.h"

namespace aureacore::query {

class ValueReader {
 public:
  // False: enough.
  using Visit = std::function<bool(std::string_view value)>;

  // `path` in any case.
  explicit ValueReader(std::string_view path);

  // Each value at the path, as written; numbers and booleans as their text. Null has none.
  void read(const catalog::Entity& entity, const Visit& visit);

 private:
  enum class Field : std::uint8_t { kind, name, name_space, uid, relation, hidden, other };

  bool read_value(std::string_view json, std::string_view path, const Visit& visit);
  bool read_leaf(std::string_view json, const Visit& visit);
  bool read_members(std::string_view object, std::string_view path, const Visit& visit);
  bool read_items(std::string_view array, std::string_view path, const Visit& visit);
  void read_relations(const catalog::Entity& entity, const Visit& visit);
  void read_json(const catalog::Entity& entity, const Visit& visit);

  std::string path_;  // lower case
  Field field_;
  std::string json_;
  std::string name_scratch_;
  std::string value_scratch_;
};

// Those of the candidates that have some value at the path for which `holds` holds.
catalog::Selection select_by_value(const catalog::Snapshot& snapshot, const catalog::Selection& candidates,
                                   std::string_view path, const std::function<bool(std::string_view)>& holds);

}  // namespace aureacore::query
