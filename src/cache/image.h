// Image: a snapshot with the digests of the parts that it is made of: what is known of it without encoding it again.
// Immutable, shared; made by write() and read().
#pragma once

#include <memory>
#include <vector>

#include "cache/manifest.h"
#include "catalog/snapshot.h"

namespace aureacore::cache {

struct Shard {
  Digest digest;
  std::vector<catalog::EntityPtr> entities;  // by reference
};
using ShardPtr = std::shared_ptr<const Shard>;

struct Image {
  catalog::SnapshotPtr snapshot;
  std::vector<ShardPtr> shards;
  Manifest manifest;
  Digest digest;  // the manifest's: equal for equal catalogs
};
using ImagePtr = std::shared_ptr<const Image>;

}  // namespace aureacore::cache
