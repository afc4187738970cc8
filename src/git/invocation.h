// The git program as we run it: a clean environment, no configuration but ours, no prompts, no hooks, no helpers, one
// protocol.
//
// Credentials travel in the environment alone, which only the same user can read: for https as an HTTP header that is
// sent to the source's own host and nowhere else, for ssh as the names of files. Internal to this module; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "git/process.h"
#include "git/remote.h"

namespace aureacore::git {

// A git command on the mirror in `directory` that may talk to the source; `arguments` begin with the subcommand.
// Errors: invalid (credentials that can't be used for this URL).
base::Result<Command> network_command(const std::filesystem::path& directory, const RemoteOptions& options,
                                      const std::vector<std::string>& arguments);

// A git command on the mirror alone: it has no URL, no credentials, and no protocol is allowed.
Command local_command(const std::filesystem::path& directory, const std::vector<std::string>& arguments);

// User and password as HTTP's basic authentication sends them; as secret as the password.
std::string basic_token(const Credentials& credentials);

}  // namespace aureacore::git
