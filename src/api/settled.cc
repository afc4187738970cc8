#include "api/settled.h"

#include <fmt/core.h>

namespace aureacore::api {

using query::Level;

Settled::Settled(const query::Ask& met)
    : ask(met), no_cache(met.level == Level::bounded || met.level == Level::strong) {
  if (met.level == Level::eventual) return;
  level = query::name(met.level);
  if (met.level == Level::bounded) level += fmt::format("; max-age={}", met.max_age);
  if (!met.version.empty()) level += fmt::format("; version=\"{}\"", met.version);
}

Settled Settled::unmet(const query::Ask& ask) {
  Settled settled;
  settled.no_cache = Settled(ask).no_cache;
  return settled;
}

bool Settled::allows(std::string_view token, std::uint64_t age) const {
  switch (ask.level) {
    case Level::eventual:
      return true;
    case Level::bounded:
      return age <= ask.max_age;
    case Level::session:
    case Level::snapshot:
      return token == ask.version;
    case Level::strong:
      break;
  }
  return false;
}

}  // namespace aureacore::api
