// StateDir: the folder that holds the mirrors, locked for this process as long as the object lives.
//
// All that is in it is a cache: it may be deleted whenever no process runs on it.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace aureacore::server {

class StateDir {
 public:
  // Made where it is missing, for its owner alone. Errors: unavailable (another process has it, or the disk), with what
  // to do.
  static base::Result<StateDir> open(const std::filesystem::path& directory);
  StateDir(StateDir&& other) noexcept;
  StateDir& operator=(StateDir&&) = delete;
  ~StateDir();

  [[nodiscard]] std::filesystem::path mirrors() const { return directory_ / "mirrors"; }
  [[nodiscard]] std::filesystem::path cache() const { return directory_ / "cache"; }
  [[nodiscard]] std::filesystem::path notifications() const { return directory_ / "notifications"; }

 private:
  StateDir(std::filesystem::path directory, int lock) : directory_(std::move(directory)), lock_(lock) {}

  std::filesystem::path directory_;
  int lock_;  // descriptor of the locked file
};

}  // namespace aureacore::server
