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
  std::size_t stored_bytes = 0;
  std::size_t json_bytes = 0;  // of the entities, as they are served
};
using ShardPtr = std::shared_ptr<const Shard>;

ShardPtr make_shard(const Digest& digest, std::vector<catalog::EntityPtr> entities, std::size_t stored_bytes);

struct Image {
  catalog::SnapshotPtr snapshot;
  std::vector<ShardPtr> shards;
  Manifest manifest;
  Digest digest;  // the manifest's: equal for equal catalogs
};
using ImagePtr = std::shared_ptr<const Image>;

// Of all its entities together.
struct ImageSize {
  std::size_t entities = 0;
  std::size_t json_bytes = 0;
  std::size_t parts = 0;  // the manifest included
  std::size_t stored_bytes = 0;
};
ImageSize size_of(const Image& image);

}  // namespace aureacore::cache
