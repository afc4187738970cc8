// The folder of a bare mirror: made, repaired, measured and cleared without asking git. Internal to this module.
//
// Nothing in the folder is trusted but objects, whose hashes are verified: the configuration is written anew where it
// isn't ours to the byte, and the URL never comes from it. The mirror is a cache: what can't be opened is set aside and
// made anew.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace aureacore::git {

// What the last fetch brought, written beside the objects.
struct Record {
  std::string url;
  std::string branch;
  std::string commit;
  bool partial = false;
};

struct Pack {
  std::filesystem::path stem;  // without ".pack"
  std::uint64_t bytes = 0;
};

class Mirror {
 public:
  // The ref that holds on to what is mirrored. One fixed name: a branch renamed from a to a/b is no conflict.
  static constexpr std::string_view tip_ref = "refs/aureacore/tip";

  explicit Mirror(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Makes the folder a bare repository with our configuration. Errors: unavailable.
  [[nodiscard]] base::Status prepare() const;
  // Whether what the record names can be read, its whole tree too where `whole_tree`. No record: nothing to be read.
  [[nodiscard]] bool sound(bool whole_tree) const;
  // Whether this process has what it takes to judge the mirror. Error: unavailable, as with too many open files.
  [[nodiscard]] base::Status can_look() const;
  // Moves the folder away, so that prepare makes a new one. Only the last one set aside is kept, until forget_set_aside.
  [[nodiscard]] base::Status set_aside() const;
  void forget_set_aside() const;
  // Removes what a killed git leaves: temporary files, locks, packs without an index.
  void remove_leftovers() const;

  // Errors: not_found.
  [[nodiscard]] base::Result<Record> record() const;
  [[nodiscard]] base::Status write_record(const Record& record) const;

  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::vector<Pack> packs() const;  // largest first
  static void remove_pack(const Pack& pack);
  // Objects outside packs: only servers that speak the old protocol over plain files leave them.
  [[nodiscard]] std::vector<std::filesystem::path> loose_folders() const;

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path pack_folder() const { return directory_ / "objects" / "pack"; }

 private:
  std::filesystem::path directory_;
};

// The whole text of a small file; nothing where it can't be read or is larger than `limit`.
std::string read_small_file(const std::filesystem::path& path, std::size_t limit);
// Replaces a file in one step. Errors: unavailable.
base::Status write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace aureacore::git
