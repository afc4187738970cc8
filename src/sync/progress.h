// Progress: what long work at start-up tells whoever watches.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"

namespace aureacore::sync {

struct Progress {
  enum class Stage : std::uint8_t { fetching, fetched, reading, read, indexing, published };
  Stage stage = Stage::fetching;
  std::string source;     // empty for indexing and published
  std::size_t done = 0;   // files, or entities where it is about the whole
  std::size_t total = 0;  // as far as it is known yet
  base::Duration took{};  // of a stage that has ended
};

// Called on any thread, often: must be quick.
using ReportProgress = std::function<void(const Progress&)>;

}  // namespace aureacore::sync
