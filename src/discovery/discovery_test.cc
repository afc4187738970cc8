#include <gtest/gtest.h>

#include <algorithm>

#include "discovery/parameters.h"
#include "discovery/prometheus.h"
#include "discovery/selecting.h"
#include "query/testing.h"

namespace aureacore::discovery {
namespace {

using entity::RelationType;
using query::testing::Document;

std::vector<Document> documents() {
  return {
      {"Component",
       "shop",
       R"(,"title":"Shop","labels":{"app.kubernetes.io/name":"shop","app_kubernetes_io_name":"other","tier":"\"1\""})"
       R"(,"annotations":{"aureacore.io/scrape-targets":"10.0.0.1:9100, 10.0.0.2:9100\n10.0.0.3:9100,"})"
       R"(,"tags":["go"])",
       R"("type":"service","lifecycle":"production")",
       {{RelationType::owned_by, "group:default/team-a"}, {RelationType::part_of, "system:default/sales"}}},
      {"Component",
       "edge",
       R"(,"annotations":{"aureacore.io/scrape-targets":"edge:443","aureacore.io/scrape-path":"/m","aureacore.io/scrape-scheme":"https"})",
       R"("type":"service")",
       {}},
      {"System", "sales", "", "", {{RelationType::part_of, "domain:default/trade"}}},
  };
}

std::string uid(std::string_view key) { return entity::uid(key); }

class Discovery : public ::testing::Test {
 protected:
  catalog::SnapshotPtr snapshot_ = query::testing::build(documents());

  catalog::Selection select(const std::vector<std::string>& filters) {
    return discovery::select(filters, *snapshot_).value();
  }
  std::string refused(const std::vector<std::string>& filters) {
    const auto selected = discovery::select(filters, *snapshot_);
    return selected ? "selected" : selected.error().message;
  }
};

TEST_F(Discovery, TargetsCarryWhatTheCatalogKnows) {
  const std::string shop = "component:default/shop";
  EXPECT_EQ(
      prometheus_targets(*snapshot_, select({"metadata.name=shop"})).value(),
      R"([{"targets":["10.0.0.1:9100","10.0.0.2:9100","10.0.0.3:9100"],"labels":{"entity":"component:default/shop",)"
      R"("owner":"group:default/team-a","system":"system:default/sales","lifecycle":"production",)"
      R"("__meta_aureacore_reference":"component:default/shop","__meta_aureacore_kind":"Component",)"
      R"("__meta_aureacore_namespace":"default","__meta_aureacore_name":"shop","__meta_aureacore_uid":")" +
          uid(shop) +
          R"(","__meta_aureacore_title":"Shop","__meta_aureacore_type":"service","__meta_aureacore_lifecycle":"production",)"
          R"("__meta_aureacore_owner":"group:default/team-a","__meta_aureacore_system":"system:default/sales",)"
          R"("__meta_aureacore_label_app_kubernetes_io_name":"shop","__meta_aureacore_label_tier":"\"1\""}}])");
}

TEST_F(Discovery, TargetsCarrySchemeAndPathInTheOrderOfReferences) {
  const std::string body = prometheus_targets(*snapshot_, select({})).value();
  EXPECT_TRUE(
      body.starts_with(R"([{"targets":["edge:443"],"labels":{"__scheme__":"https","__metrics_path__":"/m","entity":)"))
      << body;
  EXPECT_NE(body.find("component:default/shop"), std::string::npos);
  EXPECT_EQ(body.find("system:default/sales\",\"__meta_aureacore_kind"), std::string::npos) << "it names no targets";
}

TEST_F(Discovery, WhereNothingNamesTargetsTheListIsEmpty) {
  EXPECT_EQ(prometheus_targets(*snapshot_, select({"kind=system"})).value(), "[]");
}

TEST_F(Discovery, ParametersAreStringsWithLabelsBeside) {
  EXPECT_EQ(
      argo_parameters(*snapshot_, select({"metadata.name=shop"}), {}).value(),
      R"({"output":{"parameters":[{"reference":"component:default/shop","kind":"Component","namespace":"default",)"
      R"("name":"shop","uid":")" +
          uid("component:default/shop") +
          R"(","title":"Shop","type":"service","lifecycle":"production","owner":"group:default/team-a",)"
          R"("ownerName":"team-a","system":"system:default/sales","systemName":"sales","domain":"","domainName":"",)"
          R"("repoURL":"https://git.example.com/main.git","branch":"main","directory":".",)"
          R"("labels":{"app.kubernetes.io/name":"shop","app_kubernetes_io_name":"other","tier":"\"1\""},)"
          R"("annotations":{"aureacore.io/scrape-targets":"10.0.0.1:9100, 10.0.0.2:9100\n10.0.0.3:9100,"},)"
          R"("tags":["go"]}]}})");
}

TEST_F(Discovery, InputsHaveIdsAndTheFieldsAskedFor) {
  const std::vector<std::string> fields{"spec.type,metadata.name"};
  const std::string body =
      flux_inputs(*snapshot_, select({"metadata.name=edge"}), query::Fields::parse(fields).value()).value();
  EXPECT_TRUE(body.starts_with(R"({"inputs":[{"id":")" + uid("component:default/edge") + R"(","reference":)")) << body;
  EXPECT_TRUE(body.ends_with(R"("tags":[],"entity":{"metadata":{"name":"edge"},"spec":{"type":"service"}}}]})"))
      << body;
}

TEST_F(Discovery, NothingSelectedIsAnEmptyListAndSaysSo) {
  EXPECT_EQ(flux_inputs(*snapshot_, select({"metadata.name=none"}), {}).value(), R"({"inputs":[]})");
  EXPECT_EQ(argo_parameters(*snapshot_, select({"metadata.name=none"}), {}).value(), R"({"output":{"parameters":[]}})");
}

TEST_F(Discovery, WhatIsTooLargeIsRefusedWhole) {
  for (const std::size_t limit : {std::size_t{1}, std::size_t{300}}) {
    EXPECT_EQ(flux_inputs(*snapshot_, select({}), {}, limit).error().code, base::Code::too_large);
    EXPECT_EQ(argo_parameters(*snapshot_, select({}), {}, limit).error().code, base::Code::too_large);
    EXPECT_EQ(prometheus_targets(*snapshot_, select({}), limit).error().code, base::Code::too_large);
  }
  const std::size_t exact = flux_inputs(*snapshot_, select({}), {}).value().size();
  EXPECT_TRUE(flux_inputs(*snapshot_, select({}), {}, exact));
  EXPECT_FALSE(flux_inputs(*snapshot_, select({}), {}, exact - 1));
}

TEST_F(Discovery, AKeyThatNoEntityHasIsAnErrorAlsoBesideOthers) {
  EXPECT_NE(refused({"knd=component"}).find("\"knd\""), std::string::npos);
  EXPECT_NE(refused({"kind=component,spec.lifecycel=production"}).find("spec.lifecycel"), std::string::npos);
  EXPECT_NE(refused({"kind=component", "spec.none"}).find("spec.none"), std::string::npos);
  EXPECT_NE(refused({"=x"}), "selected");
}

TEST_F(Discovery, KeysOfEverySortAreKnown) {
  for (const char* filter : {"kind=component", "metadata.namespace=default", "metadata.labels.tier",
                             "spec.type=service", "relations.ownedBy=group:default/team-a", "metadata.tags=go",
                             "metadata.annotations.aureacore.io/scrape-targets"}) {
    EXPECT_EQ(refused({filter}), "selected") << filter;
    EXPECT_GT(select({filter}).count(), 0U) << filter;
  }
}

TEST_F(Discovery, OneContentHasOneDocumentWhateverTheOrderOfItsMaking) {
  auto reversed = documents();
  std::ranges::reverse(reversed);
  const auto other = query::testing::build(reversed);
  EXPECT_EQ(flux_inputs(*snapshot_, snapshot_->everything(), {}).value(),
            flux_inputs(*other, other->everything(), {}).value());
  EXPECT_EQ(prometheus_targets(*snapshot_, snapshot_->everything()).value(),
            prometheus_targets(*other, other->everything()).value());
}

}  // namespace
}  // namespace aureacore::discovery
