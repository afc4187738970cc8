// Addresses of repositories, so written that two ways to say the same compare equal.
#pragma once

#include <string>
#include <string_view>

namespace aureacore::hooks {

// Host and path alone, as Argo CD compares them: without scheme, user, port, a "ssh." before the host, ".git" and slashes at
// the end; all in lower case, "host:path" as "host/path".
std::string canonical_address(std::string_view url);

}  // namespace aureacore::hooks
