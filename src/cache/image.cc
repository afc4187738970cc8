#include "cache/image.h"

#include <utility>

namespace aureacore::cache {

ShardPtr make_shard(const Digest& digest, std::vector<catalog::EntityPtr> entities, std::size_t stored_bytes) {
  std::size_t json_bytes = 0;
  for (const auto& entity : entities) json_bytes += entity->json_size();
  return std::make_shared<const Shard>(Shard{digest, std::move(entities), stored_bytes, json_bytes});
}

ImageSize size_of(const Image& image) {
  ImageSize size;
  // One part for each source, one for the claims, and the manifest.
  size.parts = image.shards.size() + image.manifest.sources.size() + 2;
  for (const ShardPtr& shard : image.shards) {
    size.entities += shard->entities.size();
    size.json_bytes += shard->json_bytes;
    size.stored_bytes += shard->stored_bytes;
  }
  return size;
}

}  // namespace aureacore::cache
