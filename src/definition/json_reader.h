// JSON text → nodes, for the placeholder $json. Pure.
#pragma once

#include <string_view>

#include "base/result.h"
#include "definition/node.h"
#include "definition/yaml.h"

namespace aureacore::definition {

struct JsonValue {
  Node root;
  std::size_t nodes = 0;         // used of the limits
  std::size_t scalar_bytes = 0;  // likewise
};

// Every node stands at `mark`. Of a key given twice the last value stays, as in JavaScript. Errors: invalid, too_large.
base::Result<JsonValue> parse_json(std::string_view text, const YamlLimits& limits, entity::Mark mark);

}  // namespace aureacore::definition
