#include "entity/relation.h"

#include <algorithm>
#include <array>
#include <utility>

namespace aureacore::entity {
namespace {

struct Row {
  std::string_view name;
  RelationType inverse;
};

constexpr std::array<Row, 14> rows{{
    {"apiConsumedBy", RelationType::consumes_api},
    {"apiProvidedBy", RelationType::provides_api},
    {"childOf", RelationType::parent_of},
    {"consumesApi", RelationType::api_consumed_by},
    {"dependencyOf", RelationType::depends_on},
    {"dependsOn", RelationType::dependency_of},
    {"hasMember", RelationType::member_of},
    {"hasPart", RelationType::part_of},
    {"memberOf", RelationType::has_member},
    {"ownedBy", RelationType::owner_of},
    {"ownerOf", RelationType::owned_by},
    {"parentOf", RelationType::child_of},
    {"partOf", RelationType::has_part},
    {"providesApi", RelationType::api_provided_by},
}};

constexpr unsigned size_bits = 7;
constexpr unsigned size_mask = (1U << size_bits) - 1;

// Bytes that it takes.
std::size_t size_of(std::size_t size) {
  std::size_t bytes = 1;
  for (; size > size_mask; size >>= size_bits) ++bytes;
  return bytes;
}

void append_size(std::string& bytes, std::size_t size) {
  for (; size > size_mask; size >>= size_bits) bytes.push_back(static_cast<char>(size | (size_mask + 1)));
  bytes.push_back(static_cast<char>(size));
}

std::size_t take_size(const char*& at) {
  std::size_t size = 0;
  for (unsigned shift = 0;; shift += size_bits) {
    const auto byte = static_cast<unsigned char>(*at++);
    size |= std::size_t{byte & size_mask} << shift;
    if (byte <= size_mask) return size;
  }
}

}  // namespace

std::string_view name(RelationType type) { return rows[static_cast<std::size_t>(type)].name; }
RelationType inverse(RelationType type) { return rows[static_cast<std::size_t>(type)].inverse; }

RelationView Relations::Iterator::operator*() const {
  const char* at = at_;
  const auto type = static_cast<RelationType>(*at++);
  const std::size_t size = take_size(at);
  return {type, {at, size}};
}

Relations::Iterator& Relations::Iterator::operator++() {
  const std::string_view target = (**this).target;
  at_ = target.data() + target.size();
  return *this;
}

Relations Relations::of(std::vector<RelationView> relations) {
  std::ranges::sort(relations);
  const auto repeated = std::ranges::unique(relations);
  relations.erase(repeated.begin(), repeated.end());
  std::size_t bytes = 0;
  for (const auto& [type, target] : relations) bytes += 1 + size_of(target.size()) + target.size();
  Relations packed;
  packed.size_ = relations.size();
  packed.bytes_.reserve(bytes);
  for (const auto& [type, target] : relations) {
    packed.bytes_.push_back(static_cast<char>(type));
    append_size(packed.bytes_, target.size());
    packed.bytes_.append(target);
  }
  return packed;
}

Relations Relations::of(std::span<const Relation> relations) {
  std::vector<RelationView> views;
  views.reserve(relations.size());
  for (const auto& [type, target] : relations) views.push_back({type, target});
  return of(std::move(views));
}

}  // namespace aureacore::entity
