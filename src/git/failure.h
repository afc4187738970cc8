// What git's standard error means: a code that a caller may act on, and one line fit for logs. Internal to this module.
#pragma once

#include <string_view>

#include "base/result.h"
#include "git/remote.h"

namespace aureacore::git {

// "<doing> <display URL>: <the telling line of git's>". Printable, short, and free of the source's credentials.
base::Error explain_failure(std::string_view doing, std::string_view errors, const RemoteOptions& options);

}  // namespace aureacore::git
