// Checkout: a folder of the disk with what of it is to be validated, from the paths that a person names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "validation/folder.h"
#include "validation/validation.h"

namespace aureacore::validation {

struct Checkout {
  std::unique_ptr<Folder> folder;
  Input input;  // of `folder`
};

// One for each repository (the nearest folder above a path that has .git) or, outside of any, for each folder and for
// the folder of each file, where nothing but the named files is read. Relative paths begin at `directory`. Errors:
// not_found, unavailable (no permission), denied (neither a file nor a folder).
base::Result<std::vector<Checkout>> find_checkouts(const std::vector<std::string>& paths,
                                                   const std::filesystem::path& directory);

}  // namespace aureacore::validation
