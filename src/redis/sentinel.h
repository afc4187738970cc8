// What Sentinels say of a primary and its replicas. Pure.
#pragma once

#include <vector>

#include "redis/address.h"
#include "redis/cluster.h"
#include "redis/limits.h"
#include "redis/reply.h"

namespace aureacore::redis {

// From the answers to SENTINEL GET-MASTER-ADDR-BY-NAME and SENTINEL REPLICAS: the primary, and those replicas that the
// Sentinel reaches. Errors: not_found (it doesn't know the name), corrupt, too_large.
base::Result<Shard> read_sentinel(Reply primary, Reply replicas, const Limits& limits);

}  // namespace aureacore::redis
