#include "entity/definition.h"

#include <fmt/core.h>

#include "base/hash.h"

namespace aureacore::entity {

std::strong_ordering operator<=>(const Place& a, const Place& b) {
  if (a.file != b.file) {
    if (const auto order = a.file->source <=> b.file->source; order != 0) return order;
    if (const auto order = a.file->path <=> b.file->path; order != 0) return order;
  }
  return a.document <=> b.document;
}

bool precedes(const Definition& a, const Definition& b) { return a.orphan != b.orphan ? b.orphan : a.place < b.place; }

bool same(const Definition& a, const Definition& b) {
  if (&a == &b) return true;
  return a.key == b.key && a.place == b.place && a.mark == b.mark && a.criticality == b.criticality &&
         a.reference == b.reference && a.metadata_json == b.metadata_json && a.spec_json == b.spec_json &&
         a.relations == b.relations && a.orphan == b.orphan;
}

std::string uid(std::string_view key) {
  const base::Hash128 hash = base::hash128(key);
  const std::uint64_t high = (hash.high & ~0xF000ULL) | 0x8000ULL;                       // version 8
  const std::uint64_t low = (hash.low & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;  // RFC variant
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF, low >> 48,
                     low & 0xFFFFFFFFFFFFULL);
}

}  // namespace aureacore::entity
