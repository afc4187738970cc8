#include "query/order.h"

#include <algorithm>
#include <optional>

#include "base/case_folding.h"
#include "base/text.h"
#include "query/values.h"

namespace aureacore::query {
namespace {

using catalog::Entity;
using Entities = std::vector<const Entity*>;

// Sort keys of all rows in one run: row i has those at i × fields, in the order of the fields.
class Keys {
 public:
  Keys(const catalog::Snapshot& snapshot, const catalog::Selection& selection, std::span<const OrderField> fields)
      : fields_(fields) {
    for (const OrderField& field : fields) readers_.emplace_back(field.path);
    snapshot.visit(selection, {}, [this](const Entity& entity) {
      add(entity);
      return true;
    });
  }

  [[nodiscard]] const Entities& rows() const { return rows_; }

  // Rows come in by reference, so that their number settles what is equal otherwise.
  [[nodiscard]] bool less(std::size_t a, std::size_t b) const {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const auto& left = keys_[a * fields_.size() + i];
      const auto& right = keys_[b * fields_.size() + i];
      if (left.has_value() != right.has_value()) return left.has_value();
      if (!left.has_value()) continue;
      if (const int order = left->compare(*right); order != 0) return (order < 0) != fields_[i].descending;
    }
    return a < b;
  }

 private:
  void add(const Entity& entity) {
    rows_.push_back(&entity);
    for (ValueReader& reader : readers_) {
      std::optional<std::string>& key = keys_.emplace_back();
      reader.read(entity, [&key](std::string_view value) {
        key = base::fold_case(value);
        return false;  // of several values the first one counts
      });
    }
  }

  std::span<const OrderField> fields_;
  std::vector<ValueReader> readers_;
  Entities rows_;
  std::vector<std::optional<std::string>> keys_;
};

Entities page_by_reference(const catalog::Snapshot& snapshot, const catalog::Selection& selection, std::size_t skip,
                           std::size_t limit, std::string_view after) {
  Entities page;
  if (limit == 0) return page;
  snapshot.visit(selection, after, [&](const Entity& entity) {
    if (skip > 0) {
      --skip;
      return true;
    }
    page.push_back(&entity);
    return page.size() < limit;
  });
  return page;
}

}  // namespace

base::Result<OrderField> make_order_field(std::string_view path, std::string_view direction) {
  if (path.empty()) return base::fail(base::Code::invalid, "expected the path of a field to order by, found none");
  if (direction != "asc" && direction != "desc") {
    return base::fail(base::Code::invalid, "expected asc or desc as the direction of the order by \"{}\", found \"{}\"",
                      base::printable(path), base::printable(direction));
  }
  return OrderField{std::string(path), direction == "desc"};
}

base::Result<OrderField> parse_order(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return base::fail(base::Code::invalid, "expected asc:<field> or desc:<field> as order, found \"{}\"",
                      base::printable(text));
  }
  return make_order_field(text.substr(colon + 1), text.substr(0, colon));
}

base::Result<OrderField> parse_order_field(std::string_view text) {
  const auto comma = text.find(',');
  return make_order_field(text.substr(0, comma), comma == std::string_view::npos ? "asc" : text.substr(comma + 1));
}

Entities sorted_page(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                     std::span<const OrderField> fields, std::size_t first, std::size_t limit, std::string_view after) {
  if (fields.empty()) return page_by_reference(snapshot, selection, after.empty() ? first : 0, limit, after);
  const Keys keys(snapshot, selection, fields);
  std::vector<std::size_t> order(keys.rows().size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (first >= order.size()) return {};
  const std::size_t last = first + std::min(limit, order.size() - first);
  const auto less = [&](std::size_t a, std::size_t b) { return keys.less(a, b); };
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(last), less);
  Entities page;
  page.reserve(last - first);
  for (std::size_t i = first; i < last; ++i) page.push_back(keys.rows()[order[i]]);
  return page;
}

}  // namespace aureacore::query
