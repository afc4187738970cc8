#include "feed/fields.h"

#include <gmock/gmock.h>

#include "catalog/entity.h"
#include "entity/definition.h"

namespace aureacore::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

catalog::EntityPtr entity(const std::string& metadata, const std::string& spec,
                          std::vector<entity::RelationView> relations = {}) {
  boost::intrusive_ptr<entity::Definition> definition(new entity::Definition);
  definition->reference = {"Component", "default", "x"};
  definition->key = definition->reference.canonical();
  definition->metadata_json = R"({"apiVersion":"v1","kind":"Component","metadata":{"name":"x")" + metadata;
  definition->spec_json = R"(,"spec":{)" + spec + "}";
  return catalog::stitch(definition, std::move(relations), {});
}

std::vector<std::string> differ(const catalog::EntityPtr& before, const catalog::EntityPtr& after) {
  return compare_fields(*before, *after).paths;
}

TEST(Fields, SaysWhatDiffersAsFiltersWould) {
  const auto before = entity(R"(,"annotations":{"a.b/c":"1","same":"1"},"tags":["x"])", R"("owner":"a","old":1)");
  const auto after =
      entity(R"(,"annotations":{"a.b/c":"2","same":"1"},"tags":["x","y"])", R"("owner":"b","deep":{"er":{"est":1}})",
             {{entity::RelationType::owned_by, "group:default/b"}});
  EXPECT_THAT(differ(before, after), ElementsAre("metadata.annotations.a.b/c", "metadata.tags", "spec.owner",
                                                 "spec.deep", "spec.old", "relations"));
}

TEST(Fields, LooksIntoObjectsThatBothHave) {
  EXPECT_THAT(differ(entity("", R"("a":{"b":{"c":1,"d":1}})"), entity("", R"("a":{"b":{"c":2,"d":1}})")),
              ElementsAre("spec.a.b"));
  EXPECT_THAT(differ(entity("", R"("a":{"b":1})"), entity("", R"("a":{"b":"1"})")), ElementsAre("spec.a.b"));
  EXPECT_THAT(differ(entity("", R"("\u0041":1)"), entity("", "")), ElementsAre("spec.A"));
  EXPECT_THAT(differ(entity("", ""), entity("", "")), IsEmpty());
}

TEST(Fields, StopsSomewhere) {
  std::string many;
  for (std::size_t i = 0; i < 2 * Fields::max_paths; ++i) many += fmt::format(R"({}"k{}":1)", i == 0 ? "" : ",", i);
  const Fields fields = compare_fields(*entity("", ""), *entity("", many));
  EXPECT_EQ(fields.paths.size(), Fields::max_paths);
  EXPECT_TRUE(fields.more);
}

}  // namespace
}  // namespace aureacore::feed
