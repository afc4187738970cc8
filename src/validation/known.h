// Entities that are defined elsewhere, as a file names them. Pure.
#pragma once

#include <string_view>

#include "base/result.h"
#include "validation/validation.h"

namespace aureacore::validation {

// Takes an answer of GET /api/catalog/entities (an array of entities, or an object with `items`; kind and metadata's
// name and namespace are read), or references in full, one a line, with '#' for comments. Errors: invalid.
base::Result<Paths> parse_known(std::string_view text);

}  // namespace aureacore::validation
