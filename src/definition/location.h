// The targets of a Location entity.
#pragma once

#include <string_view>
#include <vector>

#include "definition/descriptor.h"
#include "definition/report.h"

namespace aureacore::definition {

// The files, or globs, inside the repository that the Location in the file at `path` names. What lies outside is
// reported as a warning: the Location itself is sound, but nobody follows it there.
std::vector<LocationTarget> read_targets(const Node& spec, std::string_view path, Report& report);

}  // namespace aureacore::definition
