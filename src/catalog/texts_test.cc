#include "catalog/texts.h"

#include <gtest/gtest.h>

namespace aureacore::catalog {
namespace {

std::string read(std::string metadata, std::string spec) {
  boost::intrusive_ptr<entity::Definition> definition(new entity::Definition);
  definition->metadata_json = R"({"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":)" + metadata;
  definition->spec_json = std::move(spec);
  Texts texts;
  std::string out;
  for (const auto& [field, text] : texts.read(*definition))
    out += std::string(name(field)) + "=" + std::string(text) + "\n";
  return out;
}

TEST(Texts, AreThoseOfTheFields) {
  EXPECT_EQ(read(R"({"name":"web","title":"Web \"Shop\"","description":"Sells\nthings","tags":["java","go"],)"
                 R"("labels":{"a":"b"},"annotations":{"example.com/x":"y"},"links":[{"title":"z"}])",
                 R"(,"spec":{"type":"website","owner":"group:default/team-a","owner2":"x"})"),
            "spec.owner=team-a\nmetadata.name=web\nmetadata.title=Web \"Shop\"\nmetadata.description=Sells\nthings\n"
            "metadata.tags=java\nmetadata.tags=go\nmetadata.annotations=example.com/x\nmetadata.annotations=y\n");
}

TEST(Texts, LeaveOutWhereTheFileLies) {
  EXPECT_EQ(
      read(R"({"name":"web","annotations":{"backstage.io/managed-by-location":"url:x",)"
           R"("backstage.io/managed-by-origin-location":"url:x","backstage.io/view-url":"x",)"
           R"("backstage.io/edit-url":"x","backstage.io/source-location":"x","backstage.io/techdocs-ref":"dir:."})",
           ""),
      "metadata.name=web\nmetadata.annotations=backstage.io/techdocs-ref\nmetadata.annotations=dir:.\n");
}

TEST(Texts, AreTheValuesThatAFilterFinds) {
  EXPECT_EQ(read(R"({"name":"web","title":null,"TAGS":[1,["go"],{"a":"b"},true],"description":["x"])",
                 R"(,"spec":{"owner":7})"),
            "metadata.name=web\nmetadata.tags=1\nmetadata.tags=go\nmetadata.tags=true\nmetadata.description=x\n");
  EXPECT_EQ(read(R"({"name":"web")", R"(,"spec":"owner")"), "metadata.name=web\n");
}

}  // namespace
}  // namespace aureacore::catalog
