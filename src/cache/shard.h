// Shard: the entities whose references have hashes in one of as many ranges as there are shards, as bytes: all that an
// instance serves of them and finds them by. Equal entities give equal bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cache/definitions.h"
#include "catalog/segment.h"

namespace aureacore::cache {

// A shard has some dozens of entities.
constexpr std::size_t max_shard_entities = 4096;
constexpr std::size_t max_shard_values = std::size_t{1} << 20;
constexpr std::size_t max_shards = std::size_t{1} << 20;

// A power of two: the same for catalogs of about the same size.
std::size_t shard_count(std::size_t entities);
std::size_t shard_of(std::string_view key, std::size_t shards);

// Of entities in order of reference. Errors: too_large (the named limits).
base::Result<std::string> encode_shard(std::span<const catalog::EntityPtr> entities, catalog::IndexReader& index);
// Rows come in order of reference; `seed` keys the hashes of values. Errors: corrupt.
base::Result<catalog::Segment> decode_shard(std::string_view content, Files& files, std::uint64_t seed);

}  // namespace aureacore::cache
