// The kinds of parts. Each begins with its kind and the format, so that nothing is ever taken for something else.
#pragma once

#include <cstdint>

#include "cache/store.h"
#include "cache/wire.h"

namespace aureacore::cache {

enum class Kind : std::uint8_t { manifest = 'M', shard = 'E', source = 'S', claims = 'C' };

inline void write_kind(Output& out, Kind kind) {
  out.number(static_cast<std::uint64_t>(kind));
  out.number(format);
}
inline void read_kind(Input& in, Kind kind) {
  if (in.number() != static_cast<std::uint64_t>(kind) || in.number() != format) in.fail();
}

}  // namespace aureacore::cache
