// Any bytes are entities or an error, and each entity has a reference in full.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "validation/known.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto known = aureacore::validation::parse_known(text);
  if (!known) return 0;
  const auto whole = [](const std::string& key) { return key.contains(':') && key.contains('/'); };
  if (!std::ranges::all_of(*known, whole)) std::abort();
  return 0;
}
