// Schema: a JSON Schema (draft 7), compiled once, that says of a document in which places it differs and how.
//
// Works on nodes, so that each violation has the place of the very value. Schemas are the configuration's, documents are
// anyone's: whatever a document says, a check takes at most max_steps, and patterns (RE2's) linear time. Immutable
// once compiled; any thread.
//
// As Backstage's validator (Ajv) reads it: the keywords beside a $ref count, and a keyword that nobody knows is an error of
// the schema; `format` and the annotations say nothing about validity. A $ref leads into the same schema ("#",
// "#/definitions/port"), never to the network; Backstage's "Entity", "EntityEnvelope" and "EntityMeta" stand for
// the rules that hold for every entity anyhow.
#pragma once

#include <memory>
#include <optional>

#include "definition/node.h"
#include "definition/report.h"

namespace aureacore::definition {

class SchemaRules;

class Schema {
 public:
  static constexpr std::size_t max_subschemas = 5'000;
  // $ref, allOf, anyOf and their like, one inside the other on one and the same value.
  static constexpr std::size_t max_chain = 32;
  // One for each value and subschema that meet, one for each 32 instructions of a pattern and byte that it is run on.
  static constexpr std::size_t max_steps = 4'000'000;

  // Reports, under the rule "schema", what is wrong in the schema itself; nothing where there is something.
  static std::optional<Schema> compile(const Node& root, Report& report);

  // Reports each violation under the rule "schema", at the value that is not as it should be; one alone, under the rule
  // "limit", where the steps don't suffice. Values that could not be read are passed over.
  void check(const Node& document, Report& report) const;

 private:
  explicit Schema(std::shared_ptr<const SchemaRules> rules) : rules_(std::move(rules)) {}
  std::shared_ptr<const SchemaRules> rules_;
};

}  // namespace aureacore::definition
