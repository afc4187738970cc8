// Criticality of a source: the highest of its entities', unless the configuration says it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "catalog/snapshot.h"
#include "entity/definition.h"

namespace aureacore::sync {

// How often sources of these criticalities are checked, where their own interval is longer.
struct Intervals {
  base::Duration critical = std::chrono::seconds(15);
  base::Duration high = std::chrono::seconds(30);
  friend bool operator==(const Intervals&, const Intervals&) = default;
};

// "critical", "high", "normal", "low".
std::string_view name(entity::Criticality criticality);
std::optional<entity::Criticality> parse_criticality(std::string_view text);

base::Duration interval_of(entity::Criticality criticality, base::Duration own, const Intervals& intervals);

// By source, of those that have any that is high or critical. Looks at few entities, unless many write the annotation in a wrong case: a commit
// is not to wait for all of them.
std::map<std::string, entity::Criticality, std::less<>> criticalities(const catalog::Snapshot& snapshot);

}  // namespace aureacore::sync
