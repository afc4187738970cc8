// Manifest: which parts a catalog is made of. Its digest names the whole: equal digests, equal catalogs (a Merkle root).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cache/digest.h"
#include "entity/version.h"

namespace aureacore::cache {

constexpr std::size_t max_sources = 100'000;

struct Manifest {
  struct Source {
    entity::SourceVersion version;
    Digest part;  // its state and its diagnostics
    friend bool operator==(const Source&, const Source&) = default;
  };

  std::vector<Source> sources;  // sorted by id
  Digest claims;                // the definitions that lost
  std::vector<Digest> shards;   // a power of two of them

  [[nodiscard]] entity::Version version() const;
  // All that it names.
  [[nodiscard]] std::vector<Digest> parts() const;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// What `after` names and `before` doesn't.
std::vector<Digest> new_parts(const Manifest& before, const Manifest& after);

std::string encode(const Manifest& manifest);
// Errors: corrupt.
base::Result<Manifest> decode_manifest(std::string_view content);

}  // namespace aureacore::cache
