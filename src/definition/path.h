// Paths that descriptors name: relative to their own file, inside the repository. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aureacore::definition {

// Where `target`, as written in the file `from`, leads: a normalised path from the repository's root ("a/b.yaml"). A
// target that begins with '/' counts from the root. Errors: denied for an absolute URL and for a path that leaves the
// repository.
base::Result<std::string> resolve_path(std::string_view from, std::string_view target);

// The folder of a file, with a slash at its end; empty for a file in the root.
std::string_view folder_of(std::string_view path);

}  // namespace aureacore::definition
