// Tree: the files of one repository as a validation sees them. Implemented by Folder; a test may put a fake here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "entity/diagnostic.h"

namespace aureacore::validation {

enum class FileType : std::uint8_t { regular, symlink, other };  // other: a FIFO, a socket, a device

struct File {
  std::string path;  // from the tree's root, normalised
  FileType type = FileType::regular;
};

// What could not be looked into, and why.
struct Skipped {
  std::string path;  // fit to be shown
  std::string why;
  entity::Severity severity = entity::Severity::error;  // a warning: no server would see it either
};

struct Listing {
  std::vector<File> files;  // sorted by path
  std::vector<Skipped> skipped;
};

class Tree {
 public:
  using Wanted = std::function<bool(std::string_view path)>;

  virtual ~Tree() = default;
  // All files that are wanted. Errors: too_large (more than `limit` wanted, or a tree that is too large altogether).
  virtual base::Result<Listing> files(const Wanted& wanted, std::size_t limit) = 0;
  // The file at a path; nothing where there is none (or a folder).
  virtual std::optional<File> find(std::string_view path) = 0;
  // Errors: not_found, denied (not a regular file), too_large, unavailable (can't be read).
  virtual base::Result<std::string> read(std::string_view path, std::size_t limit) = 0;
};

}  // namespace aureacore::validation
