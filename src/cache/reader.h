// Reading parts as a snapshot: all of them at once and on all processors; or, beside a snapshot that is there, only the parts
// that differ, edited in.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/result.h"
#include "cache/image.h"
#include "cache/store.h"

namespace aureacore::cache {

struct ReadTerms {
  // Fills in what is this instance's own of a source: its interval and its freshness (which may not stay null).
  std::function<void(catalog::SourceState&)> complete;
  std::uint64_t seed = 0;  // see catalog::Editor
  Store::Deadline deadline;
  std::span<const Digest> likely{};  // parts that are asked for together with the manifest
};

// The catalog that the manifest names. `before` may be null; its snapshot shares with the new one what is the same.
// Whatever the store gives is checked. Errors: not_found (the store lacks a part), corrupt (what it has isn't what is
// named, or doesn't fit together), those of the store.
base::Result<ImagePtr> read(Store& store, const Digest& manifest, const ImagePtr& before, const ReadTerms& terms);

}  // namespace aureacore::cache
