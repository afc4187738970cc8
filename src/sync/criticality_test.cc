#include "sync/criticality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "catalog/editor.h"
#include "catalog/testing.h"

namespace aureacore::sync {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

entity::DefinitionPtr annotated(const std::string& name, const std::string& source, const std::string& value,
                                entity::Criticality criticality) {
  boost::intrusive_ptr<entity::Definition> definition(
      new entity::Definition(*catalog::testing::define({.name = name, .source = source})));
  definition->metadata_json += R"(,"annotations":{"aureacore.io/criticality":")" + value + "\"}";
  definition->criticality = criticality;
  return definition;
}

TEST(Criticalities, AreTheHighestOfEachSourcesEntities) {
  using entity::Criticality;
  catalog::Editor editor(nullptr, 1);
  editor.put(annotated("a", "both", "high", Criticality::high));
  editor.put(annotated("b", "both", "critical", Criticality::critical));
  editor.put(annotated("c", "one", "high", Criticality::high));
  editor.put(annotated("d", "low", "low", Criticality::low));
  editor.put(annotated("e", "wrong", "Critical", Criticality::normal));  // a warning, and nothing else
  for (const char* source : {"both", "low", "one", "plain", "wrong"}) {
    editor.set_source({.id = source, .freshness = std::make_shared<catalog::Freshness>()});
  }
  EXPECT_THAT(criticalities(*editor.finish()),
              ElementsAre(Pair("both", Criticality::critical), Pair("one", Criticality::high)));
}

}  // namespace
}  // namespace aureacore::sync
