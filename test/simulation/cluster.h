// Cluster: one run. Some instances, their remotes and their store; pushes, clients and faults for a while; then peace, in
// which all must come to agree.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "instance.h"

namespace aureacore::simulation {

struct Outcome {
  std::string violation;  // empty: all invariants held
  std::string history;    // names all that happened
  std::string last_lines;
};

class Cluster {
 public:
  Cluster(std::uint64_t seed, Counts& counts, Stacks& stacks, Repositories& repositories,
          const std::filesystem::path& folder);

  Outcome run();

 private:
  // What a client has seen: its next read is to go no further back.
  struct Client {
    Seen seen;
    bool has_seen = false;
  };

  void run_until(Time end);
  void push_sometimes();
  void read_sometimes();
  void break_sometimes();
  void break_something();
  void break_instance(Instance& instance);
  void break_store();
  void heal();
  [[nodiscard]] bool caught_up() const;
  [[nodiscard]] bool agree() const;
  void read(std::size_t client);
  void note_answer(const Wish& wish, const Seen& seen);
  Instance& any() { return *instances_[world_.below(instances_.size())]; }

  World world_;
  Remotes remotes_;
  SharedStore store_;
  bool peace_ = false;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::vector<Client> clients_;
};

}  // namespace aureacore::simulation
