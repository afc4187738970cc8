#include "query/order.h"

#include <gtest/gtest.h>

#include "query/testing.h"

namespace aureacore::query {
namespace {

using testing::build;
using testing::names;

std::string sorted(const std::vector<OrderField>& fields, std::size_t first = 0, std::size_t limit = 100,
                   std::string_view after = {}) {
  const auto snapshot = build();
  return names(sorted_page(*snapshot, snapshot->everything(), fields, first, limit, after));
}

TEST(Order, WithoutFieldsByReference) {
  EXPECT_EQ(sorted({}), "orders Mail pay web team-a team-b");
  EXPECT_EQ(sorted({}, 1, 2), "Mail pay");
  EXPECT_EQ(sorted({}, 3, 2, "component:default/pay"), "web team-a") << "behind a reference nothing is counted";
  EXPECT_EQ(sorted({}, 6, 2), "");
  EXPECT_EQ(sorted({}, 0, 0), "");
}

TEST(Order, ByAFieldRegardlessOfCase) {
  EXPECT_EQ(sorted({{"metadata.name", false}}), "Mail orders pay team-a team-b web");
  EXPECT_EQ(sorted({{"metadata.name", true}}, 0, 2), "web team-b");
  EXPECT_EQ(sorted({{"metadata.name", true}}, 2, 2), "team-a pay");
  EXPECT_EQ(sorted({{"metadata.name", true}}, 7, 2), "");
}

TEST(Order, MissingValuesStandLast) {
  EXPECT_EQ(sorted({{"metadata.title", false}}), "Mail web orders pay team-a team-b");
  EXPECT_EQ(sorted({{"metadata.title", true}}), "web Mail orders pay team-a team-b");
}

TEST(Order, SeveralFields) {
  EXPECT_EQ(sorted({{"kind", true}, {"spec.lifecycle", false}, {"metadata.name", true}}),
            "team-b team-a Mail web pay orders");
}

TEST(Order, IsParsed) {
  EXPECT_EQ(*parse_order("desc:spec.type"), (OrderField{"spec.type", true}));
  EXPECT_EQ(*parse_order_field("spec.type"), (OrderField{"spec.type", false}));
  EXPECT_EQ(*parse_order_field("spec.type,desc"), (OrderField{"spec.type", true}));
  EXPECT_EQ(parse_order("spec.type").error().message,
            "expected asc:<field> or desc:<field> as order, found \"spec.type\"");
  EXPECT_EQ(parse_order_field("a,up").error().message,
            "expected asc or desc as the direction of the order by \"a\", found \"up\"");
  EXPECT_FALSE(parse_order("asc:"));
  EXPECT_FALSE(parse_order_field(",asc"));
}

}  // namespace
}  // namespace aureacore::query
