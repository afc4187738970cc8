// Folder: a folder of the disk as a tree, held to what a commit of it would be to the server.
//
// Symbolic links are files of their own and never followed; folders named .git are passed over, and in a repository
// folders that are repositories themselves (submodules) are, too; so is whatever has a name that no commit may bring.
// Nothing but regular files is ever opened. One thread.
#pragma once

#include <filesystem>

#include "validation/tree.h"

namespace aureacore::validation {

struct FolderLimits {
  std::size_t depth = 64;            // of folders in folders
  std::size_t entries = 10'000'000;  // of all folders together
  std::size_t path_bytes = 4096;
  std::size_t skipped = 100;  // more are not told
};

class Folder final : public Tree {
 public:
  // `root` is absolute.
  explicit Folder(std::filesystem::path root, FolderLimits limits = {});

  base::Result<Listing> files(const Wanted& wanted, std::size_t limit) override;
  std::optional<File> find(std::string_view path) override;
  base::Result<std::string> read(std::string_view path, std::size_t limit) override;

 private:
  const std::filesystem::path root_;
  const FolderLimits limits_;
  const bool repository_;
};

}  // namespace aureacore::validation
