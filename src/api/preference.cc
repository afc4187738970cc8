#include "api/preference.h"

#include "base/text.h"

namespace aureacore::api {

std::optional<std::uint64_t> preferred_wait(const http::Request& request) {
  for (const http::Header& header : request.headers) {
    if (!base::equal_ignoring_case(header.name, "prefer")) continue;
    for (const std::string_view part : base::split(header.value, ',')) {
      const std::string_view preference = base::trim(part);
      if (!base::equal_ignoring_case(preference.substr(0, 5), "wait=")) continue;
      if (const auto seconds = base::parse_number(preference.substr(5))) return seconds;
    }
  }
  return std::nullopt;
}

}  // namespace aureacore::api
