// The `kinds` of a configuration: what it declares beside the kinds that everyone knows.
#pragma once

#include <filesystem>

#include "definition/kinds.h"
#include "server/section.h"

namespace aureacore::server {

// Schemas are files relative to `directory`. Null where the key is missing; what is wrong goes into the section's
// errors.
definition::DeclaredKindsPtr read_declared_kinds(Section& section, const std::filesystem::path& directory);

}  // namespace aureacore::server
