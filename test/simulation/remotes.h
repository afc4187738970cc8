// Remotes: the simulated Git servers of one run, one branch each, and what they had when.
#pragma once

#include <string>
#include <vector>

#include "repositories.h"
#include "world.h"

namespace aureacore::simulation {

class Remotes {
 public:
  Remotes(World& world, Repositories& repositories);

  [[nodiscard]] std::size_t count() const { return tips_.size(); }
  [[nodiscard]] std::size_t tip(std::size_t source) const { return tips_[source]; }
  [[nodiscard]] std::vector<std::size_t> tips() const { return tips_; }
  // How long ago that commit was the tip; a newer one than the tip: never.
  [[nodiscard]] Duration outdated(std::size_t source, std::size_t number) const;

  // A commit or several; false: there are none left.
  bool push(std::size_t source);
  // Not a fast-forward.
  bool rewrite(std::size_t source);
  // One that takes nothing away.
  void settle(std::size_t source);

  [[nodiscard]] Repositories& repositories() { return repositories_; }

 private:
  void move(std::size_t source, std::size_t number);

  World& world_;
  Repositories& repositories_;
  std::vector<std::size_t> tips_;
  std::vector<std::vector<Time>> left_;  // by source and number: when a newer one took its place
};

}  // namespace aureacore::simulation
