// Writing a snapshot as parts: only those that the image before hasn't, found by what both snapshots don't share.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "cache/image.h"
#include "cache/lifetimes.h"
#include "cache/store.h"
#include "catalog/snapshot.h"

namespace aureacore::cache {

// Takes parts that are to be kept for so long, as they get ready; one call at a time, from any thread.
using Sink = std::function<base::Status(std::span<const Part>, base::Duration ttl)>;

struct WriteTerms {
  Lifetimes lifetimes{};
  bool compress = true;  // equal catalogs have equal digests either way
};

// `before` may be null: then it is all parts, made on all processors. The manifest comes last, and with it version_part(). Errors: too_large (a part,
// or the named limits of shard.h), those of the sink.
base::Result<ImagePtr> write(const catalog::SnapshotPtr& snapshot, const ImagePtr& before, const WriteTerms& terms,
                             const Sink& sink);

// Those of the image's parts, the manifest included, that are among `wanted`: for a store that has lost them.
base::Status write_again(const Image& image, std::span<const Digest> wanted, const WriteTerms& terms, const Sink& sink);

// Where the digest of a version's manifest stands. It is no content's digest: what it names is checked by its token.
Digest version_key(std::string_view token);
// Names the image's manifest, under the key of its version: so it is found when it is current no longer.
Part version_part(const Image& image);

// How long each of image.manifest.parts() and, last, the manifest are to be kept.
std::vector<base::Duration> lifetimes_of(const Image& image, const Lifetimes& lifetimes);

}  // namespace aureacore::cache
