// Location: a configured source as Backstage's clients see it.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "catalog/snapshot.h"

namespace aureacore::api {

constexpr std::string_view location_type = "git";
std::string location_target(const catalog::SourceState& source);     // "<url>#<branch>"
std::string location_reference(const catalog::SourceState& source);  // "location:default/<id>"

void write_location(const catalog::SourceState& source, base::JsonWriter& json);

}  // namespace aureacore::api
