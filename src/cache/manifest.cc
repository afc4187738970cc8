#include "cache/manifest.h"

#include <algorithm>
#include <bit>

#include "cache/kinds.h"
#include "cache/shard.h"

namespace aureacore::cache {
namespace {

constexpr std::size_t least_source_bytes = 3 + Digest::size;

}  // namespace

entity::Version Manifest::version() const {
  entity::Version version;
  for (const Source& source : sources) version.set(source.version);
  return version;
}

std::vector<Digest> Manifest::parts() const {
  std::vector<Digest> all = shards;
  for (const Source& source : sources) all.push_back(source.part);
  all.push_back(claims);
  return all;
}

std::vector<Digest> new_parts(const Manifest& before, const Manifest& after) {
  std::vector<Digest> parts;
  for (std::size_t i = 0; i < after.shards.size(); ++i) {
    if (before.shards.size() != after.shards.size() || before.shards[i] != after.shards[i])
      parts.push_back(after.shards[i]);
  }
  for (const auto& source : after.sources) {
    const auto old =
        std::ranges::lower_bound(before.sources, source.version.source, {},
                                 [](const auto& each) -> const std::string& { return each.version.source; });
    if (old == before.sources.end() || old->part != source.part) parts.push_back(source.part);
  }
  if (before.claims != after.claims) parts.push_back(after.claims);
  return parts;
}

std::string encode(const Manifest& manifest) {
  Output out;
  write_kind(out, Kind::manifest);
  out.number(manifest.sources.size());
  for (const auto& [version, part] : manifest.sources) {
    out.text(version.source);
    out.number(version.position);
    out.text(version.commit);
    out.digest(part);
  }
  out.digest(manifest.claims);
  out.number(manifest.shards.size());
  for (const Digest& shard : manifest.shards) out.digest(shard);
  return out.take();
}

base::Result<Manifest> decode_manifest(std::string_view content) {
  Input in(content);
  read_kind(in, Kind::manifest);
  Manifest manifest;
  const std::size_t sources = in.count(least_source_bytes);
  for (std::size_t i = 0; i < sources && in.ok(); ++i) {
    Manifest::Source source;
    source.version.source = in.text();
    source.version.position = in.number();
    source.version.commit = in.text();
    source.part = in.digest();
    if (i > 0 && manifest.sources.back().version.source >= source.version.source) in.fail();
    manifest.sources.push_back(std::move(source));
  }
  manifest.claims = in.digest();
  const std::size_t shards = in.count(Digest::size);
  for (std::size_t i = 0; i < shards && in.ok(); ++i) manifest.shards.push_back(in.digest());
  if (sources > max_sources || shards > max_shards || !std::has_single_bit(shards)) in.fail();
  if (!in.done()) return base::fail(base::Code::corrupt, "expected the bytes of a manifest, found others");
  return manifest;
}

}  // namespace aureacore::cache
