// Head: which catalog a store holds: the manifest's digest and the version that it describes. The one thing in a store
// that changes; all else is named by its content.
//
// Its version is written as text that a script inside a store can take apart, one component a line, sorted by source:
//
//   <position> <commit> <source>\n
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cache/digest.h"
#include "entity/version.h"

namespace aureacore::cache {

struct Head {
  Digest manifest;
  entity::Version version;
  friend bool operator==(const Head&, const Head&) = default;
};

std::string version_text(const entity::Version& version);
// Errors: corrupt.
base::Result<entity::Version> parse_version(std::string_view text);

// The digest's hexadecimal digits, a line break, the version's text: a head as one value.
std::string head_text(const Head& head);
// Errors: corrupt.
base::Result<Head> parse_head(std::string_view text);

// The component that would go back, if any: both versions have the source, its position isn't greater, and it isn't the
// same component. Not asked of the `rewritten` sources, of which the caller knows from Git that their branch no longer
// descends from what it was. Empty where none would; a source that only one of both has goes nowhere.
std::string_view goes_back(const entity::Version& from, const entity::Version& to,
                           std::span<const std::string> rewritten);

}  // namespace aureacore::cache
