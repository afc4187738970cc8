// The targets of a Location entity.
#pragma once

#include <vector>

#include "definition/descriptor.h"
#include "definition/report.h"

namespace aureacore::definition {

// The files, or globs, inside the repository that the Location in the context's file names, by paths or by their pages'
// addresses. What lies outside is reported as a warning: the Location itself is sound, but nobody follows it there.
std::vector<LocationTarget> read_targets(const Node& spec, const FileContext& context, Report& report);

}  // namespace aureacore::definition
