#include "search/document.h"

namespace aureacore::search {

std::string_view name(Field field) {
  constexpr std::array<std::string_view, field_count> names{
      "metadata.name", "metadata.title", "metadata.tags", "spec.owner", "metadata.description", "metadata.annotations"};
  return names[static_cast<std::size_t>(field)];
}

}  // namespace aureacore::search
