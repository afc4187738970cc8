// Repositories: the commits that every run's branches are made of, in real repositories, and what catalogs they make.
//
// Made once per process. Of each source there is one tree of commits, numbered so that a parent has the smaller number. In
// a run a branch only ever moves to commits of greater numbers: forward along the tree, or, rewritten, to another part of it.
// So the numbers are the order in which a remote has had its commits, and "older" is to be told from them alone.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/snapshot.h"
#include "git/test_repository.h"
#include "sync/source_options.h"
#include "sync/source_tree.h"

namespace aureacore::simulation {

// What a catalog says, of everything: equal texts, equal answers.
std::string content_of(const catalog::Snapshot& snapshot);

class Repositories {
 public:
  static constexpr std::size_t commits = 48;
  // Of these every ninth takes away most of what is there; the next brings it back.
  static constexpr std::size_t purge_every = 9;

  Repositories();

  [[nodiscard]] static const std::vector<std::string>& sources();
  [[nodiscard]] sync::SourceOptions options(std::size_t source) const;
  // The bare repository that has all of its commits.
  [[nodiscard]] std::filesystem::path mirror(std::size_t source) const {
    return made_[source].repository.path() / ".git";
  }
  [[nodiscard]] const std::string& commit(std::size_t source, std::size_t number) const {
    return made_[source].commits[number];
  }
  // commits where there is no such.
  [[nodiscard]] std::size_t number_of(std::size_t source, std::string_view commit) const;
  [[nodiscard]] bool descends(std::size_t source, std::size_t number, std::size_t ancestor) const;
  [[nodiscard]] static bool purges(std::size_t number) { return number % purge_every == purge_every - 1; }

  // The hash of content_of() for the catalog of one commit of each source, as Git alone makes it.
  const std::string& expected(const std::vector<std::size_t>& numbers);

 private:
  struct Made {
    git::TestRepository repository;
    std::vector<std::string> commits;
    std::vector<std::size_t> parents;
  };
  const catalog::SourceContents& contents(std::size_t source, std::size_t number);

  std::deque<Made> made_;
  std::map<std::pair<std::size_t, std::size_t>, catalog::SourceContents> contents_;
  std::map<std::vector<std::size_t>, std::string> expected_;
};

}  // namespace aureacore::simulation
