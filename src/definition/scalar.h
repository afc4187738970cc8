// What a plain scalar means by the YAML 1.2 core schema. Pure.
#pragma once

#include <string_view>

#include "definition/node.h"

namespace aureacore::definition {

// Sets the type and value of a scalar from its text, which it keeps: `node.text` must be set already.
void type_plain_scalar(Node& node);

// As above for a scalar with a tag such as "tag:yaml.org,2002:int"; a tag that nobody knows makes a string.
void type_tagged_scalar(Node& node, std::string_view tag);

}  // namespace aureacore::definition
