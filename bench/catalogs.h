// Generated catalogs, and remotes made of them whose branch can be moved on, one prepared commit at a time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/settings.h"

namespace aureacore::bench {

struct Catalog {
  std::size_t entities = 0;
  std::filesystem::path repository;
  std::vector<std::string> references;  // kind:namespace/name
};

// Generates a catalog, or takes the one of an earlier run that the same generator made of the same parameters.
Catalog make_catalog(const Settings& settings, std::size_t entities);

// The path of an entity on the API.
std::string by_name_path(std::string_view reference);

// A bare clone of a catalog, as a server's remote. Its commits are all made before the measurement; advancing is what a
// push comes down to at its end: the branch's file is replaced.
class Remote {
 public:
  // One commit: what it changed and how to see that.
  struct Change {
    std::string commit;
    std::string reference;  // kind:namespace/name
    std::string marker;     // text of the entity's description from this commit on
  };

  Remote(const Catalog& catalog, std::filesystem::path path, std::size_t commits);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::string& branch() const { return branch_; }
  // Moves the branch to the next commit. Throws Failure after the last.
  const Change& advance();
  // Moves the repository out of the way, and back.
  void hide() const;
  void show() const;

 private:
  void prepare(std::size_t commits);
  [[nodiscard]] std::string git(std::vector<std::string> arguments, const std::string& input = {}) const;

  std::filesystem::path path_;
  std::string branch_;
  std::vector<Change> changes_;
  std::size_t next_ = 0;
};

}  // namespace aureacore::bench
