// A company's catalog of any size: which entities there are, their names, and who refers to whom.
//
// Everything follows from the seed and an entity's index; nothing is stored. Entities come in blocks of two hundred, a
// block being about what a department has: teams, their systems, services, APIs, databases and people. Most references
// stay inside the block, the others go anywhere, so that no entity has more than a few hundred relations at whatever
// size. All references have a target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aureacore::generate {

enum class Kind : std::uint8_t { group, domain, system, component, api, resource, user };
inline constexpr std::size_t kinds = 7;

// "Component", and as references have it: "component".
const char* name(Kind kind);
const char* key(Kind kind);

// One entity: the ordinal counts the entities of its kind.
struct Entity {
  Kind kind;
  std::uint64_t ordinal;
};

struct Size {
  std::uint64_t entities = 10'000;
  std::uint64_t files = 100;  // at most as many as entities
  std::uint64_t seed = 1;
};

class Model {
 public:
  static constexpr std::uint64_t block = 200;

  explicit Model(const Size& size);

  [[nodiscard]] const Size& size() const { return size_; }
  [[nodiscard]] Entity entity(std::uint64_t index) const;
  // How many there are of a kind.
  [[nodiscard]] std::uint64_t count(Kind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

  // "checkout-ledger-2s": unique in its kind.
  [[nodiscard]] std::string entity_name(Entity entity) const;
  // "component:default/checkout-ledger-2s".
  [[nodiscard]] std::string reference(Entity entity) const;

  // Another entity of a kind: near (of the same block, if it has any) or anywhere. The kind must have one.
  [[nodiscard]] Entity near(Entity from, Kind kind, std::uint64_t choice) const;
  [[nodiscard]] Entity anywhere(Kind kind, std::uint64_t choice) const { return {kind, choice % count(kind)}; }

  // The file's entities: indices from first(file) up to first(file + 1).
  [[nodiscard]] std::uint64_t first(std::uint64_t file) const { return size_.entities * file / size_.files; }
  // "dir-0007/catalog-info.yaml".
  static std::string path(std::uint64_t file);

 private:
  Size size_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace aureacore::generate
