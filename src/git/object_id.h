#pragma once

#include <cstddef>
#include <string_view>

namespace aureacore::git {

constexpr std::size_t object_id_digits = 40;  // SHA-1's

// Whether this is a whole object id, as Git writes it.
inline bool is_object_id(std::string_view text) {
  return text.size() == object_id_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace aureacore::git
