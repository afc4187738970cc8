// Filter: which entities a watcher wants to hear of, in the language of listings, and how a change looks through it: an
// entity that begins to fit has come, one that no longer fits has gone. Fits exactly where the catalog's index would find the
// entity. A value; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/flatten.h"
#include "feed/publication.h"
#include "query/expression.h"

namespace aureacore::feed {

class Filter {
 public:
  // Everything.
  Filter() = default;
  // `critical`: critical entities alone. Error: invalid or too_large, naming the part.
  static base::Result<Filter> parse(std::span<const std::string> filters, bool critical);

  // The terms are the entity's, of a Flattener whose seed is `seed`.
  [[nodiscard]] bool fits(const catalog::Entity& entity, const std::vector<catalog::Term>& terms) const;
  static constexpr std::uint64_t seed = 0;

  [[nodiscard]] bool critical() const { return critical_; }
  // Equal filters have equal keys.
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  query::Expression expression_;
  bool critical_ = false;
  std::string key_;
};

enum class Kind : std::uint8_t { added, changed, removed };
std::string_view name(Kind kind);

// A change as it shows through a filter.
struct View {
  const Change* change;
  Kind kind;
};

// Looks at publications through filters. Keeps buffers: one thread's.
class Looker {
 public:
  // For each filter its views, in the publication's order.
  std::vector<std::vector<View>> look(const Publication& publication, std::span<const Filter* const> filters);
  std::vector<View> look(const Publication& publication, const Filter& filter);

 private:
  catalog::Flattener before_{Filter::seed};
  catalog::Flattener after_{Filter::seed};
};

}  // namespace aureacore::feed
