// Order: by which fields a listing is sorted, and the sorting.
//
// Values compare as text regardless of case (as Backstage's do); an entity without a value stands last whatever the
// direction; equal ones stand by reference. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/selection.h"
#include "catalog/snapshot.h"

namespace aureacore::query {

struct OrderField {
  std::string path;
  bool descending = false;
  friend bool operator==(const OrderField&, const OrderField&) = default;
};

constexpr std::size_t max_order_fields = 8;

// "asc:metadata.name" (GET /entities) and "metadata.name,asc" or "metadata.name" (by-query).
base::Result<OrderField> parse_order(std::string_view text);
base::Result<OrderField> parse_order_field(std::string_view text);
base::Result<OrderField> make_order_field(std::string_view path, std::string_view direction);

// The selected entities from `first` on, at most `limit`, sorted. With no fields: by reference, from the first behind
// `after` where that is given (then `first` is not counted again).
std::vector<const catalog::Entity*> sorted_page(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                                                std::span<const OrderField> fields, std::size_t first,
                                                std::size_t limit, std::string_view after = {});

}  // namespace aureacore::query
