// Bytes that claim to be UTF-8 → bytes that are. Pure.
#pragma once

#include <string>
#include <string_view>

#include "entity/diagnostic.h"

namespace aureacore::definition {

struct Repaired {
  std::string text;    // every ill-formed sequence replaced by one U+FFFD, as the WHATWG decoder does
  entity::Mark first;  // where the first one stood
};

// For text that is not UTF-8 (base::is_utf8 tells).
Repaired repair_utf8(std::string_view bytes);

}  // namespace aureacore::definition
