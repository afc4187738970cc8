// Stored bytes from anyone: what is taken for a part is one, and nothing else happens. The first byte chooses the kind.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/envelope.h"
#include "cache/head.h"
#include "cache/manifest.h"
#include "cache/shard.h"
#include "cache/source_part.h"
#include "catalog/load.h"

namespace {

using namespace aureacore::cache;

void expect(bool holds) {
  if (!holds) std::abort();
}

void load(std::string_view content) {
  Files files;
  auto segment = decode_shard(content, files, 1);
  if (!segment) return;
  const auto count = segment->rows.size();
  std::vector<aureacore::catalog::Segment> segments;
  segments.push_back(*std::move(segment));
  const auto loaded = aureacore::catalog::load(std::move(segments), 1);
  expect(loaded && (*loaded)->size() == count);
}

void open(std::string_view bytes) {
  const Digest digest = Digest::of(bytes);
  const auto content = unseal(digest, bytes);
  expect(!content || Digest::of(*content) == digest);
}

void read_head(std::string_view text) {
  const auto head = parse_head(text);
  expect(!head || parse_head(head_text(*head)) == *head);
}

void read_manifest(std::string_view content) {
  const auto manifest = decode_manifest(content);
  expect(!manifest || *decode_manifest(encode(*manifest)) == *manifest);
}

void read_source(std::string_view content) {
  const auto part = decode_source(content);
  expect(part || !part.error().message.empty());
}

void read_claims(std::string_view content) {
  const auto claims = decode_claims(content);
  expect(!claims || decode_claims(encode_claims(*claims)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'M':
      read_manifest(content);
      break;
    case 'E':
      load(content);
      break;
    case 'S':
      read_source(content);
      break;
    case 'C':
      read_claims(content);
      break;
    case 'H':
      read_head(content);
      break;
    default:
      open(content);
  }
  return 0;
}
