// The parser of references: a reference that it takes has no empty part, and its canonical form means the same again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "entity/reference.h"

using aureacore::entity::parse_reference;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reference = parse_reference(text, {.kind = "Group", .name_space = "default"});
  if (!reference) return 0;
  if (reference->kind.empty() || reference->name_space.empty() || reference->name.empty()) std::abort();
  const auto again = parse_reference(reference->canonical(), {.kind = {}});
  if (!again || again->canonical() != reference->canonical()) std::abort();
  return 0;
}
