#include "sync/criticality.h"

#include <algorithm>
#include <array>

namespace aureacore::sync {
namespace {

using entity::Criticality;

constexpr std::string_view annotation = "metadata.annotations.aureacore.io/criticality";

constexpr std::array<std::pair<Criticality, std::string_view>, 4> names{{{Criticality::critical, "critical"},
                                                                         {Criticality::high, "high"},
                                                                         {Criticality::normal, "normal"},
                                                                         {Criticality::low, "low"}}};

}  // namespace

std::string_view name(Criticality criticality) {
  return std::ranges::find(names, criticality, &std::pair<Criticality, std::string_view>::first)->second;
}

std::optional<Criticality> parse_criticality(std::string_view text) {
  const auto* const at = std::ranges::find(names, text, &std::pair<Criticality, std::string_view>::second);
  if (at == names.end()) return std::nullopt;
  return at->first;
}

base::Duration interval_of(Criticality criticality, base::Duration own, const Intervals& intervals) {
  if (criticality == Criticality::critical) return std::min(own, intervals.critical);
  if (criticality == Criticality::high) return std::min(own, intervals.high);
  return own;
}

std::map<std::string, Criticality, std::less<>> criticalities(const catalog::Snapshot& snapshot) {
  std::map<std::string, Criticality, std::less<>> found;
  auto selection = snapshot.nothing();
  snapshot.match(annotation, name(Criticality::critical), selection);
  snapshot.match(annotation, name(Criticality::high), selection);
  snapshot.visit_slots(selection, [&](std::uint32_t /*slot*/, const catalog::Entity& entity) {
    const entity::Definition& definition = *entity.definition;
    Criticality& highest = found.try_emplace(definition.place.file->source, Criticality::normal).first->second;
    highest = std::max(highest, definition.criticality);
  });
  return found;
}

}  // namespace aureacore::sync
