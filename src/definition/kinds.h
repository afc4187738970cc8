// The kinds of entities: those that are known without configuration, as one table of their fields and of what refers to
// other entities, and beside them those that a configuration declares.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "definition/fields.h"
#include "definition/schema.h"
#include "entity/relation.h"

namespace aureacore::definition {

// A field of spec (a string or a list of strings) that names other entities.
struct ReferenceField {
  std::string_view field;
  entity::RelationType type;      // as seen from the entity that has the field
  std::string_view default_kind;  // empty: the reference must name its kind
};

struct Kind {
  std::string_view name;
  std::span<const std::string_view> api_versions;
  // Not empty: this row is for entities of this spec.type, and stands before the general one.
  std::string_view type;
  std::span<const Field> fields;
  std::span<const ReferenceField> references;
  bool spec_required = true;
  const Schema* schema = nullptr;  // that the whole entity is held against
};

std::span<const Kind> known_kinds();

// What a configuration says of a kind.
struct KindDeclaration {
  std::string name;
  std::vector<std::string> api_versions;
  std::optional<Schema> schema;  // none: only what holds for every entity is checked
  std::string schema_digest;     // of the schema's text
};

// The kinds that a configuration declares. Immutable, shared by all that read descriptors.
class DeclaredKinds {
 public:
  // The names must be distinct, and none of the table's.
  explicit DeclaredKinds(std::vector<KindDeclaration> declarations);
  DeclaredKinds(const DeclaredKinds&) = delete;  // the rows point into the declarations
  DeclaredKinds& operator=(const DeclaredKinds&) = delete;
  ~DeclaredKinds() = default;

  [[nodiscard]] std::span<const Kind> rows() const { return rows_; }
  // Equal where every document gets the same verdict.
  [[nodiscard]] bool same_as(const DeclaredKinds& other) const;
  // What they say: equal texts, equal verdicts.
  [[nodiscard]] std::string text() const;

 private:
  const std::vector<KindDeclaration> declarations_;
  std::vector<std::vector<std::string_view>> versions_;  // of each
  std::vector<Kind> rows_;
};

using DeclaredKindsPtr = std::shared_ptr<const DeclaredKinds>;

// Null stands for none.
bool same_kinds(const DeclaredKindsPtr& a, const DeclaredKindsPtr& b);
bool is_known_kind(std::string_view name, const DeclaredKinds* declared);

}  // namespace aureacore::definition
