#include "bench/generate/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/generate/random.h"
#include "bench/generate/words.h"

namespace aureacore::generate {
namespace {

struct KindFacts {
  const char* name;
  const char* key;
  std::uint64_t share;  // of a block
};

constexpr std::array<KindFacts, kinds> facts = {{{"Group", "group", 8},
                                                 {"Domain", "domain", 2},
                                                 {"System", "system", 14},
                                                 {"Component", "component", 90},
                                                 {"API", "api", 42},
                                                 {"Resource", "resource", 24},
                                                 {"User", "user", 20}}};

const KindFacts& fact(Kind kind) { return facts[static_cast<std::size_t>(kind)]; }

// Which entity of a block stands where: each kind spread evenly over the block, a group first.
struct Pattern {
  std::array<Entity, Model::block> at{};
  constexpr Pattern() {
    std::array<std::uint64_t, kinds> placed{};
    for (std::uint64_t position = 0; position < Model::block; ++position) {
      const std::size_t kind = furthest_behind(placed, position);
      at[position] = {static_cast<Kind>(kind), placed[kind]++};
    }
  }

 private:
  static constexpr std::size_t furthest_behind(const std::array<std::uint64_t, kinds>& placed, std::uint64_t position) {
    std::size_t best = kinds;
    std::uint64_t best_due = 0;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      if (placed[kind] == facts[kind].share) continue;
      // The place where the kind's next one belongs, in units of 1 / share.
      const std::uint64_t due = placed[kind] * Model::block * 1'000 / facts[kind].share;
      if (best == kinds || due < best_due) {
        best = kind;
        best_due = due;
      }
      if (position == 0) break;
    }
    return best;
  }
};

constexpr Pattern pattern;

// A number in 26 letters and ten digits, so that names stay short.
std::string base36(std::uint64_t number) {
  constexpr const char* digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string text;
  do {
    text.insert(text.begin(), digits[number % 36]);
    number /= 36;
  } while (number > 0);
  return text;
}

}  // namespace

const char* name(Kind kind) { return fact(kind).name; }
const char* key(Kind kind) { return fact(kind).key; }

Model::Model(const Size& size) : size_(size), counts_(kinds, 0) {
  for (std::size_t kind = 0; kind < kinds; ++kind) counts_[kind] = size_.entities / block * facts[kind].share;
  for (std::uint64_t position = 0; position < size_.entities % block; ++position) {
    ++counts_[static_cast<std::size_t>(pattern.at[position].kind)];
  }
}

Entity Model::entity(std::uint64_t index) const {
  const Entity& slot = pattern.at[index % block];
  return {slot.kind, index / block * fact(slot.kind).share + slot.ordinal};
}

std::string Model::entity_name(Entity entity) const {
  Random random(size_.seed, static_cast<std::uint64_t>(entity.kind), entity.ordinal);
  std::string number = base36(entity.ordinal);
  // In braces, whose elements are made in order: an argument list has none.
  using Words = std::array<const char*, 2>;
  switch (entity.kind) {
    case Kind::user: {
      const Words words = {random.pick(given_names), random.pick(family_names)};
      return fmt::format("{}.{}-{}", words[0], words[1], number);
    }
    case Kind::group:
      return fmt::format("{}-team-{}", random.pick(subjects), number);
    case Kind::api:
      return fmt::format("{}-api-{}", random.pick(subjects), number);
    case Kind::domain:
    case Kind::system: {
      const Words words = {random.pick(regions), random.pick(subjects)};
      return fmt::format("{}-{}-{}", words[0], words[1], number);
    }
    case Kind::component:
    case Kind::resource: {
      const Words words = {random.pick(subjects), random.pick(doers)};
      return fmt::format("{}-{}-{}", words[0], words[1], number);
    }
  }
  return number;
}

std::string Model::reference(Entity entity) const {
  return fmt::format("{}:default/{}", key(entity.kind), entity_name(entity));
}

Entity Model::near(Entity from, Kind kind, std::uint64_t choice) const {
  const std::uint64_t share = fact(kind).share;
  const std::uint64_t begin = from.ordinal / fact(from.kind).share * share;
  const std::uint64_t end = std::min(begin + share, count(kind));
  if (begin >= end) return anywhere(kind, choice);
  return {kind, begin + choice % (end - begin)};
}

std::string Model::path(std::uint64_t file) { return fmt::format("dir-{:04}/catalog-info.yaml", file); }

}  // namespace aureacore::generate
