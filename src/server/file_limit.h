// How many files the process may have open: a connection is one, and so is each end of a pipe to git.
#pragma once

#include <cstddef>

#include "base/log.h"

namespace aureacore::server {

// Raises the process's soft limit to `wanted`, as far as its hard limit allows; where that is less, says in the log what was
// expected, what was found and what to do.
void raise_file_limit(std::size_t wanted, const base::Log& log);

}  // namespace aureacore::server
