#include "entity/version.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace aureacore::entity {

void Version::set(SourceVersion component) {
  const auto at = std::ranges::lower_bound(components_, component.source, {}, &SourceVersion::source);
  if (at != components_.end() && at->source == component.source) {
    *at = std::move(component);
  } else {
    components_.insert(at, std::move(component));
  }
}

void Version::remove(const std::string& source) {
  std::erase_if(components_, [&](const SourceVersion& component) { return component.source == source; });
}

const SourceVersion* Version::find(const std::string& source) const {
  const auto at = std::ranges::lower_bound(components_, source, {}, &SourceVersion::source);
  return at != components_.end() && at->source == source ? &*at : nullptr;
}

std::string Version::token() const {
  base::Hasher128 hasher;
  std::uint64_t sum = 0;
  for (const SourceVersion& component : components_) {
    // Source ids and commits have no control characters, so the line breaks keep the fields apart.
    hasher.update(fmt::format("{}\n{}\n{}\n", component.source, component.position, component.commit));
    sum += component.position;
  }
  const auto hex = hasher.digest().hex();
  return fmt::format("v1-{}-{}", sum, std::string_view(hex.data(), hex.size()));
}

bool is_token(std::string_view text) {
  const auto parts = base::split(text, '-');
  return parts.size() == 3 && parts[0] == "v1" && base::parse_number(parts[1]) && parts[2].size() == 32 &&
         parts[2].find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::uint64_t commits_of(std::string_view token) {
  return is_token(token) ? *base::parse_number(base::split(token, '-')[1]) : 0;
}

}  // namespace aureacore::entity
