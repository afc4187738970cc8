// The small parts: what a snapshot says of one source, with what is wrong in its files; and the definitions that lost.
//
// What is an instance's own (its interval, when it last checked) is in none of them; nor are conflicts among the
// diagnostics, which follow from the definitions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/snapshot.h"

namespace aureacore::cache {

struct SourcePart {
  catalog::SourceState state;                                          // without interval and freshness
  std::map<std::string, std::vector<entity::Diagnostic>> diagnostics;  // by path
};

std::string encode_source(const catalog::Snapshot& snapshot, const catalog::SourceState& state);
// Errors: corrupt.
base::Result<SourcePart> decode_source(std::string_view content);

std::string encode_claims(const catalog::Snapshot::Claims& claims);
// Errors: corrupt.
base::Result<catalog::Snapshot::Claims> decode_claims(std::string_view content);

}  // namespace aureacore::cache
