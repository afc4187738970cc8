#include "api/preference.h"

#include <algorithm>
#include <cstdint>

#include "api/barrier.h"
#include "base/text.h"

namespace aureacore::api {

std::optional<std::chrono::seconds> preferred_wait(const http::Request& request) {
  for (const http::Header& header : request.headers) {
    if (!base::equal_ignoring_case(header.name, "prefer")) continue;
    for (const std::string_view part : base::split(header.value, ',')) {
      const std::string_view preference = base::trim(part);
      if (!base::equal_ignoring_case(preference.substr(0, 5), "wait=")) continue;
      const auto seconds = base::parse_number(preference.substr(5));
      if (seconds) return std::chrono::seconds(std::min<std::uint64_t>(*seconds, Barrier::longest_wait.count()));
    }
  }
  return std::nullopt;
}

}  // namespace aureacore::api
