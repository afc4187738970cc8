// One generated entity as a YAML document of about a kilobyte.
#pragma once

#include <cstdint>
#include <string>

#include "bench/generate/model.h"

namespace aureacore::generate {

// Appends the entity's document, without a separator.
void append_document(std::string& out, const Model& model, std::uint64_t index);

// A whole file: its entities' documents with separators between them.
std::string file_text(const Model& model, std::uint64_t file);

}  // namespace aureacore::generate
