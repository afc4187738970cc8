// Where a generated catalog goes: a folder of plain files, or a bare Git repository with one commit (by git
// fast-import).
//
// Blocking; one thread. The same model gives the same bytes and the same commit id every time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "bench/generate/model.h"

namespace aureacore::generate {

// Writes every file below the folder, which is made if need be.
base::Status write_folder(const Model& model, const std::filesystem::path& folder);

// Makes a bare repository with one commit on the branch main. Error: invalid, where something stands there already.
base::Status write_repository(const Model& model, const std::filesystem::path& repository);

// Gives the first entity of a file of such a repository another description and commits that; returns the commit's id.
base::Result<std::string> touch(const std::filesystem::path& repository, std::uint64_t file);

// One canonical reference a line, in the order of the files.
base::Status write_names(const Model& model, const std::filesystem::path& file);

}  // namespace aureacore::generate
