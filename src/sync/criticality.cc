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
  for (const Criticality wanted : {Criticality::critical, Criticality::high}) {
    auto annotated = snapshot.nothing();
    snapshot.match(annotation, name(wanted), annotated);  // in any case: a value in the wrong one counts for nothing
    for (const auto& source : snapshot.sources()) {
      if (found.contains(source.id)) continue;
      const auto is_wanted = [wanted](const catalog::Entity& entity) {
        return entity.definition->criticality == wanted;
      };
      if (snapshot.any_of_source(source.id, annotated, is_wanted)) found.emplace(source.id, wanted);
    }
  }
  return found;
}

}  // namespace aureacore::sync
