// What a Cluster says of itself: who has which slots, and where else to ask. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "redis/address.h"
#include "redis/limits.h"
#include "redis/reply.h"
#include "redis/slot.h"

namespace aureacore::redis {

// "MOVED slot host:port": ask there from now on. "ASK slot host:port": this once, behind ASKING.
struct Redirection {
  bool ask = false;
  std::uint16_t slot = 0;
  Endpoint endpoint;
  friend bool operator==(const Redirection&, const Redirection&) = default;
};

// Nothing where the reply is no redirection, or one that can't be understood. A host left out is `asked`'s.
std::optional<Redirection> read_redirection(const Reply& reply, const Endpoint& asked);

// One primary with its replicas.
struct Shard {
  Endpoint primary;
  std::vector<Endpoint> replicas;
  friend bool operator==(const Shard&, const Shard&) = default;
};

class SlotMap {
 public:
  // From the answer to CLUSTER SLOTS, which `asked` gave. Errors: corrupt, too_large, unavailable (no slots at all).
  static base::Result<SlotMap> read(Reply reply, const Endpoint& asked, const Limits& limits);

  // Nothing where nobody has the slot.
  [[nodiscard]] const Shard* find(std::uint16_t slot) const;
  [[nodiscard]] const std::vector<Shard>& shards() const { return shards_; }

  // What a MOVED has taught; the new owner's replicas are not known yet.
  void move(const Redirection& redirection);

  friend bool operator==(const SlotMap&, const SlotMap&) = default;

 private:
  SlotMap() : shard_of_(slot_count, none) {}

  static constexpr std::uint16_t none = 0xFFFF;
  base::Status add_range(std::vector<Reply> range, const Endpoint& asked, const Limits& limits);
  std::uint16_t place_of(Shard shard);

  std::vector<Shard> shards_;
  std::vector<std::uint16_t> shard_of_;  // by slot: its place in shards_
};

}  // namespace aureacore::redis
