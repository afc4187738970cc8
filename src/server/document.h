// A file of the configuration with one YAML (or JSON) document in it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "definition/yaml.h"
#include "server/section.h"

namespace aureacore::server {

constexpr std::size_t max_document_bytes = 1 << 20;

// Nothing where there is none, or something is wrong with it, which goes into `errors`. `digest`, unless null, becomes one
// of the file's bytes.
std::optional<definition::YamlDocument> read_document(const std::filesystem::path& file, Errors& errors,
                                                      std::string* digest = nullptr);

}  // namespace aureacore::server
