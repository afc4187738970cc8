// Reading what `git ls-remote --symref` prints. Internal to this module.
#pragma once

#include <string_view>

#include "base/result.h"
#include "git/remote.h"

namespace aureacore::git {

// Where `branch` points to, or HEAD where it is empty. Errors: not_found (not listed), corrupt (no listing), invalid (a
// branch with a name that we don't take, objects named by SHA-256).
base::Result<Advertised> parse_listing(std::string_view listing, std::string_view branch);

}  // namespace aureacore::git
