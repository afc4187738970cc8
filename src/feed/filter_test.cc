// That a filter fits exactly where a listing with the same filter would find the entity.
#include "feed/filter.h"

#include <gmock/gmock.h>

#include "feed/testing.h"
#include "query/filter.h"
#include "query/testing.h"

namespace aureacore::feed {
namespace {

std::string listed(const catalog::Snapshot& snapshot, const std::vector<std::string>& filters) {
  return query::testing::names(snapshot, query::evaluate(query::parse_filters(filters).value(), snapshot));
}

std::string fitting(const catalog::Snapshot& snapshot, const std::vector<std::string>& filters) {
  const Filter filter = Filter::parse(filters, false).value();
  catalog::Flattener flattener(Filter::seed);
  std::vector<const catalog::Entity*> fitting;
  snapshot.visit(snapshot.everything(), {}, [&](const catalog::Entity& entity) {
    if (filter.fits(entity, flattener.terms(entity))) fitting.push_back(&entity);
    return true;
  });
  return query::testing::names(fitting);
}

TEST(FeedFilter, FitsWhereAListingFinds) {
  const auto snapshot = query::testing::build();
  std::size_t found = 0;
  for (const std::vector<std::string>& filters :
       std::vector<std::vector<std::string>>{{},
                                             {"kind=component"},
                                             {"KIND=Component,spec.type=service,spec.type=website"},
                                             {"kind=component", "kind=api,spec.nested.deep.x=TWO"},
                                             {"metadata.tags=java"},
                                             {"metadata.tags.java=true"},
                                             {"metadata.tags.tier-1=TRUE"},
                                             {"metadata.tags.java"},
                                             {"metadata.tags.java=false"},
                                             {"metadata.annotations.example.com/a.b=x=y"},
                                             {"metadata.annotations.example.com/a.b"},
                                             {"spec.nothing"},
                                             {"spec.nothing="},
                                             {"spec"},
                                             {"spec.port=8080,spec.public=true"},
                                             {"relations.ownedby=group:default/team-a"},
                                             {"relations.ownerof"},
                                             {"metadata.etag"},
                                             {"status"},
                                             {"metadata.title=WEB SHOP"},
                                             {"nowhere=1"}}) {
    const std::string names = listed(*snapshot, filters);
    EXPECT_EQ(fitting(*snapshot, filters), names) << ::testing::PrintToString(filters);
    found += names.empty() ? 0 : 1;
  }
  EXPECT_GT(found, 12U);
}

TEST(FeedFilter, SaysWhatIsWrong) {
  EXPECT_THAT(Filter::parse(std::vector<std::string>{"=x"}, false).error().message, ::testing::HasSubstr("=x"));
}

TEST(FeedFilter, IsKnownByItsKey) {
  const auto key = [](const std::vector<std::string>& filters, bool critical) {
    return Filter::parse(filters, critical).value().key();
  };
  EXPECT_EQ(key({"a=1", "b"}, false), key({"b", "a=1"}, false));
  EXPECT_NE(key({"a=1"}, false), key({"a=1"}, true));
  EXPECT_NE(key({"a", "b"}, false), key({"a,b"}, false));
  EXPECT_EQ(key({}, false), Filter().key());
}

std::string views(const Publication& publication, const Filter& filter) {
  std::string text;
  for (const View& view : Looker().look(publication, filter)) {
    text += fmt::format("{} {}; ", name(view.kind), view.change->definition().reference.name);
  }
  return text;
}

TEST(FeedFilter, WhatBeginsToFitHasCome) {
  using entity::Criticality;
  const auto before = testing::next(nullptr, {{"in", "x"}, {"out", "x"}, {"stays", "x"}, {"never", "y"}});
  const auto after = testing::next(
      before, {{"in", "t"}, {"out", "y"}, {"stays", "x", Criticality::critical, "group:default/a"}, {"never", "z"}});
  const auto publication = compare(*before, *after, 100);
  const auto tagged = [](const char* filter, bool critical = false) {
    return Filter::parse(std::vector<std::string>{filter}, critical).value();
  };
  EXPECT_EQ(views(*publication, tagged("metadata.tags=x")), "changed stays; removed in; removed out; ");
  EXPECT_EQ(views(*publication, tagged("metadata.tags=t")), "added in; ");
  EXPECT_EQ(views(*publication, tagged("metadata.tags=x", true)), "added stays; ");
  EXPECT_EQ(views(*publication, Filter()), "changed stays; changed in; changed never; changed out; ");
}

}  // namespace
}  // namespace aureacore::feed
