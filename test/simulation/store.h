// SharedStore: the simulated Redis that all instances of a run share, with what it may do to them: lose what it had
// acknowledged, be emptied, come back from an old dump, throw parts out.
//
// Calls on it are the moments at which commands take effect; the way there and back is an Instance's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cache/store.h"
#include "world.h"

namespace aureacore::simulation {

class SharedStore {
 public:
  using Deliver = std::function<void(const std::optional<cache::Announcement>&)>;

  explicit SharedStore(World& world) : world_(world) {}

  std::vector<std::optional<std::string>> get(std::span<const cache::Digest> digests);
  void put(std::span<const cache::Part> parts);
  std::vector<bool> renew(std::span<const cache::Digest> digests);
  [[nodiscard]] const std::optional<cache::Head>& head() const { return now_.head; }
  cache::HeadMove move_head(const cache::MoveTerms& terms, const cache::Head& next);
  bool acquire(const std::string& lease, const std::string& owner, Duration duration);
  bool renew_lease(const std::string& lease, const std::string& owner, Duration duration);
  void release(const std::string& lease, const std::string& owner);
  cache::Members meet(const std::string& member, const std::string& text, Duration duration);
  void announce(const cache::Announcement& announcement);

  // The number by which it is unsubscribed.
  std::uint64_t subscribe(Deliver deliver);
  void unsubscribe(std::uint64_t number) { listeners_.erase(number); }
  // No effect where nobody is subscribed by that number any more.
  void deliver_to(std::uint64_t number, const std::optional<cache::Announcement>& announcement);

  // Faults.
  void take_dump() { dump_ = now_; }
  void restore_dump();
  void fail_over();
  void flush();
  void evict();
  void set_deaf(bool deaf) { deaf_ = deaf; }

 private:
  struct Lease {
    std::string owner;
    Time until{};
  };
  struct State {
    std::map<cache::Digest, std::shared_ptr<const std::string>> parts;
    std::optional<cache::Head> head;
    std::map<std::string, Lease, std::less<>> leases;
    std::map<std::string, std::pair<std::string, Time>, std::less<>> members;
  };
  void replicate();
  void send(std::uint64_t number, const std::optional<cache::Announcement>& announcement);
  void tell_all_of_a_gap();
  void check_complete(const cache::Digest& manifest);

  World& world_;
  State now_;
  State replica_;  // as of a moment ago
  Time replicated_{};
  State dump_;
  bool deaf_ = false;
  std::set<cache::Digest> written_;  // ever
  std::set<cache::Digest> heads_;    // ever
  std::uint64_t subscriptions_ = 0;
  std::map<std::uint64_t, Deliver> listeners_;
};

}  // namespace aureacore::simulation
