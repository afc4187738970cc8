// The suite that every store passes, on a primary with a replica behind a Sentinel, and on a Cluster. All in one process:
// it takes longer to start a Cluster than to go through the suite.
#include <gtest/gtest.h>

#include "cache/redis_testing.h"
#include "cache/store_test.h"

namespace aureacore::cache {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Sentinel, StoreTest, RedisBackend<redis::TestSentinelGroup>);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, StoreTest, RedisBackend<redis::TestCluster>);

}  // namespace
}  // namespace aureacore::cache
