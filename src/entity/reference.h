// References to entities: [kind:][namespace/]name as people write them, kind:namespace/name in lower case as we compare
// them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aureacore::entity {

// A reference with its parts as the author wrote them. Parts are never empty.
struct Reference {
  std::string kind;
  std::string name_space;
  std::string name;

  // "kind:namespace/name" in lower case: the key under which an entity is found, and what relations point to.
  [[nodiscard]] std::string canonical() const;

  friend bool operator==(const Reference&, const Reference&) = default;
};

// What a reference that leaves a part out means by it. An empty kind: the reference must name one.
struct ReferenceDefaults {
  std::string_view kind;
  std::string_view name_space = "default";
};

// Parses "[kind:][namespace/]name": the kind ends at the first ':' unless a '/' comes before it, the namespace at the
// first
// '/' of the rest. Errors: an empty part, a missing kind without a default; the message quotes the text and says what
// was expected. Whether the parts are valid names is not checked here: any ':' and '/' that follow belong to the name,
// as Backstage takes it.
base::Result<Reference> parse_reference(std::string_view text, ReferenceDefaults defaults);

// The rules for single parts (1-63 characters each).
bool is_kind(std::string_view text);       // ^[a-zA-Z][a-z0-9A-Z]*$
bool is_name(std::string_view text);       // ^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$
bool is_namespace(std::string_view text);  // ^[a-z0-9]+(?:\-+[a-z0-9]+)*$

}  // namespace aureacore::entity
