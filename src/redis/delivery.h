// Delivery: one pipeline on its way: each command to the server that has it, all servers beside each other, and again
// to another one where the answer says so.
//
// One call's; one thread. Internal to this module.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "redis/topology.h"
#include "resilience/backoff.h"

namespace aureacore::redis {

// How often things went how, since the start. Written and read by any thread.
struct Counters {
  std::atomic<std::uint64_t> commands = 0;     // given to the client
  std::atomic<std::uint64_t> failed = 0;       // of them: without an answer in the end
  std::atomic<std::uint64_t> retried = 0;      // attempts beyond the first
  std::atomic<std::uint64_t> redirected = 0;   // of these: because a Cluster's node said so
  std::atomic<std::uint64_t> round_trips = 0;  // pipelines, each with one server
};

class Delivery {
 public:
  Delivery(std::span<const Command> commands, Topology& topology, Nodes& nodes, const Context& context,
           Counters& counters, const Deadline& deadline);

  // For each command its reply, which is no error, or an error that says where and what.
  std::vector<base::Result<Reply>> run();

 private:
  struct Item {
    const Command* command = nullptr;
    Side side = Side::primary;
    std::optional<Redirection> ask;
    bool settled = false;
    bool other_tried = false;
    std::uint32_t attempts = 0;
    std::uint32_t looks = 0;
    base::Result<Reply> outcome;
  };
  // What one server gets in one round.
  struct Group {
    Route route;
    std::vector<std::size_t> items;  // by place; `asking` for the command that goes before one
    std::optional<Pool::Loan> loan;
    Exchange exchange;
  };
  using Key = std::pair<Endpoint, Side>;
  static constexpr std::size_t asking = SIZE_MAX;

  bool gather();
  void add(std::size_t place);
  base::Result<Route> route(const Item& item);
  [[nodiscard]] Deadline round_deadline() const;
  void connect(const Deadline& deadline);
  void exchange(const Deadline& deadline);
  void judge_group(Group& group);
  void judge(Item& item, const Group& group, bool sent, base::Result<Reply> outcome);
  void follow(Item& item, const Verdict& verdict);
  static void settle(Item& item, const Endpoint& endpoint, base::Result<Reply> outcome);
  void pause();

  Topology& topology_;
  Nodes& nodes_;
  const Context& context_;
  Counters& counters_;
  const Deadline& deadline_;
  std::vector<Item> items_;
  std::map<Key, Group> groups_;  // by endpoint: connections are taken in one order, so callers can't block each other
  bool waits_ = false;           // whether something is to be tried again after a moment
  std::uint32_t pauses_ = 0;
};

}  // namespace aureacore::redis
