// The reading half of a source: commits, trees and blobs of a bare mirror, in the process, with libgit2. No network,
// ever.
//
// Trees are other people's bytes: a name that no work tree could hold (".", "..", with '/' or control
// characters, or not UTF-8) is passed over with all below it, so that no such path is ever matched, shown or stored.
// Files of other modes than 100644 and 100755 are none. Depth, entries and length of paths are limited (tree.h).
//
// One Repository belongs to one thread at a time; open several on one mirror to read in parallel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aureacore::git {

enum class Mode : std::uint8_t { regular, symlink, submodule };

struct File {
  std::string path;
  std::string blob;  // hexadecimal id
  Mode mode = Mode::regular;
  friend bool operator==(const File&, const File&) = default;
};

// A path that two commits differ in.
struct Change {
  std::string path;
  std::optional<File> now;  // nothing: removed
};

struct Commit {
  std::string id;
  std::string author;     // "Name <mail>"
  std::string subject;    // first line of the message
  std::int64_t time = 0;  // committer's, seconds since 1970
};

class Repository {
 public:
  using Wanted = std::function<bool(std::string_view path)>;

  // Errors: not_found, corrupt.
  static base::Result<Repository> open(const std::filesystem::path& directory);
  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  // Number of commits on the first-parent history up to and including this one. `known` (a commit and its position)
  // ends the walk early where it is met.
  [[nodiscard]] base::Result<std::uint64_t> position(
      const std::string& commit, std::optional<std::pair<std::string, std::uint64_t>> known = {}) const;
  // Whether `ancestor` is on the first-parent history of `commit`.
  [[nodiscard]] base::Result<bool> descends(const std::string& commit, const std::string& ancestor) const;
  [[nodiscard]] base::Result<Commit> commit(const std::string& id) const;
  // Its first parent; nothing where it has none.
  [[nodiscard]] base::Result<std::optional<std::string>> parent(const std::string& commit) const;

  // All files of a commit's tree that are wanted, sorted by path. Errors: too_large (more than `limit` wanted),
  // corrupt.
  [[nodiscard]] base::Result<std::vector<File>> files(const std::string& commit, const Wanted& wanted,
                                                      std::size_t limit) const;
  // What differs from one commit's tree to another's, by path, wanted or not; renames are a removal and an addition,
  // and the executable bit alone is no difference. The work follows the change: equal folders are not entered.
  [[nodiscard]] base::Result<std::vector<Change>> changes(const std::string& from, const std::string& to) const;
  // The file at a path; nothing where there is none (or a folder).
  [[nodiscard]] base::Result<std::optional<File>> find(const std::string& commit, std::string_view path) const;

  // Errors: not_found (not in the mirror: fetch_blobs), too_large, corrupt.
  [[nodiscard]] base::Result<std::string> read(const std::string& blob, std::size_t limit) const;
  // Whether the mirror held the blob when it was opened.
  [[nodiscard]] bool has(const std::string& blob) const;

 private:
  struct Handle;
  explicit Repository(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace aureacore::git
