// Real catalogs, served, against what Backstage's backend made of them: every entity with its relations in both directions. The
// folder comes from the environment variable AUREACORE_CORPUS.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "definition/testing_corpus.h"
#include "git/test_repository.h"
#include "server/app.h"

namespace aureacore::server {
namespace {

namespace dom = simdjson::dom;

// Why an entity of a repository differs from Backstage's; there are no other differences.
struct Explained {
  std::string_view repository;
  std::string_view reference;
  std::string_view reason;
};

constexpr std::string_view location_reason =
    "a Location stays valid when a target can't be read; the target is reported by itself";
constexpr std::string_view kind_reason = "AI resources and MCP servers are known without a module of their own";
constexpr std::string_view place_reason = "two places define it: the smallest one wins, not the one that arrives last";
constexpr std::string_view owner_reason =
    "an owner that is neither a Group nor a User stays a relation, as in the stock backend; its AI module drops it";

constexpr auto explained = std::to_array<Explained>({
    {"BESTSELLER+backstage_old", "location:default/acme-corp", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-apis", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-components", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-groups", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-templates", location_reason},
    {"RoadieHQ+roadie-backstage-plugins", "location:default/roadie-backstage-plugins", location_reason},
    {"RoadieHQ+sample-service", "location:default/roadiehq-discovery", location_reason},
    {"backstage+backstage@2025-01", "location:default/example-groups", location_reason},
    {"backstage+backstage@2025-01", "location:default/example-templates-remote", location_reason},
    {"brunokino+backstage-entities-example", "location:default/backstage-entities-example", location_reason},
    {"edge-cases", "location:default/loc", location_reason},
    {"edge-cases", "location:default/loc-glob", location_reason},
    {"edge-cases", "location:default/loc-type", location_reason},
    {"janus-idp+backstage-plugins", "location:default/janus-idp-backstage-plugins", location_reason},
    {"backstage+demo", "airesource:default/app-frontend-system-migration", kind_reason},
    {"backstage+demo", "airesource:default/mui-to-bui-migration", kind_reason},
    {"backstage+demo", "airesource:default/onboard-to-openapi-server", kind_reason},
    {"backstage+demo", "airesource:default/plugin-analytics-instrumentation", kind_reason},
    {"backstage+demo", "airesource:default/plugin-full-frontend-system-migration", kind_reason},
    {"backstage+demo", "airesource:default/plugin-new-frontend-system-support", kind_reason},
    {"backstage+demo", "api:default/github-mcp-server", kind_reason},
    {"edge-cases", "component:default/dup-in-file", place_reason},
    {"edge-cases", "component:default/dup-across", place_reason},
    {"giantswarm+backstage-catalogs", "api:default/policymanifests.policy.giantswarm.io", place_reason},
    {"giantswarm+backstage-catalogs", "component:default/agent-sandbox", place_reason},
    {"giantswarm+backstage-catalogs", "component:default/agentic-platform", place_reason},
    {"giantswarm+backstage-catalogs", "component:default/aws-ebs-csi-driver-app", place_reason},
    {"giantswarm+backstage-catalogs", "component:default/aws-efs-csi-driver", place_reason},
    {"giantswarm+backstage-catalogs", "component:default/karpenter-app", place_reason},
    {"giantswarm+backstage-catalogs", "component:default/muster", place_reason},
    {"7K-Group+backstage-catalog", "domain:default/cloud-infrastructure", owner_reason},
    {"7K-Group+backstage-catalog", "domain:default/developer-platform", owner_reason},
    {"7K-Group+backstage-catalog", "domain:default/platform-gitops", owner_reason},
    {"7K-Group+backstage-catalog", "system:default/backstage-portal", owner_reason},
    {"7K-Group+backstage-catalog", "system:default/gitops-control-plane", owner_reason},
    {"7K-Group+backstage-catalog", "system:default/managed-instances", owner_reason},
    {"7K-Group+backstage-catalog", "system:default/platform-addons", owner_reason},
    {"edge-cases", "component:default/directive",
     "%YAML 1.1 doesn't change the schema: it is YAML 1.2's for every file"},
    {"edge-cases", "component:default/binary-tag",
     "tags that the core schema lacks leave the text, not a dump of a JavaScript object"},
    {"edge-cases", "component:default/proto", "a key __proto__ is lost in JavaScript alone"},
    {"edge-cases", "component:default/key-case", "keys that differ only in case are kept apart"},
    {"edge-cases", "component:default/sdb-1", "a syntax error leaves the documents before it as they are"},
    {"edge-cases", "group:default/team-a", "it owns sdb-1, which is there (above)"},
});

// The corpus's folder as the repository that it was.
std::filesystem::path make_repository(const std::filesystem::path& folder, const std::filesystem::path& parent) {
  const auto repository = parent / folder.filename();
  std::filesystem::copy(folder / "files", repository, std::filesystem::copy_options::recursive);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "files"}}) {
    git::Command command{.arguments = {"git", "-c", "user.name=x", "-c", "user.email=x@example.com"},
                         .environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1"},
                         .directory = repository.string()};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    const auto outcome = git::run(command);
    EXPECT_TRUE(outcome && outcome->status == 0) << (outcome ? outcome->errors : outcome.error().message);
  }
  return repository;
}

sync::SourceOptions source(const std::string& id, const std::filesystem::path& repository) {
  sync::SourceOptions options;
  options.tree.source = id;
  for (const char* pattern : {"**/*.yaml", "**/*.yml"}) {
    options.tree.include.push_back(base::Glob::parse(pattern).value());
  }
  options.remote.url = git::parse_url(repository.string(), {.insecure = false, .local = true}).value();
  options.interval = std::chrono::minutes(1);
  return options;
}

class CorpusTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("AUREACORE_CORPUS");
    if (folder == nullptr) {
      GTEST_SKIP() << "AUREACORE_CORPUS is not set: it names the folder of real catalogs to compare with.";
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (std::filesystem::exists(entry.path() / "entities.json")) catalogs_.insert(entry.path());
    }
    ASSERT_FALSE(catalogs_.empty());
  }

  // The snapshot once all of these are served.
  catalog::SnapshotPtr serve(const std::vector<sync::SourceOptions>& sources) {
    Config config;
    config.port = 0;
    config.state_dir = folder_.path() / fmt::format("state-{}", ++served_);
    config.sources = sources;
    auto app = App::create(std::move(config), {.clock = clock_, .log = log_, .random = [] { return 0.5; }});
    EXPECT_TRUE(app.has_value()) << app.error().message;
    (*app)->start();
    const auto deadline = clock_.steady() + std::chrono::seconds(60);
    catalog::SnapshotPtr snapshot;
    while (!snapshot && clock_.steady() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // threads of low priority have their turn
      snapshot = (*app)->slot().latest();
    }
    (*app)->stop();
    return snapshot;
  }

  git::TemporaryFolder folder_;
  base::SystemClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  std::set<std::filesystem::path> catalogs_;
  int served_ = 0;
};

std::string json(const catalog::Entity& entity) {
  std::string out;
  entity.append_json(out);
  return out;
}

std::set<std::string> relations(dom::element entity) {
  std::set<std::string> out;
  for (const dom::element relation : dom::array(entity["relations"].value())) {
    out.insert(definition::text_at(relation, "/type") + " " + definition::text_at(relation, "/targetRef"));
  }
  return out;
}

std::string first_only_in(const std::set<std::string>& all, const std::set<std::string>& without) {
  for (const auto& item : all) {
    if (!without.contains(item)) return item;
  }
  return {};
}

// How our entity differs from theirs; empty where it doesn't.
std::string compare(const catalog::Entity& entity, dom::element theirs) {
  dom::parser parser;
  const std::string text = json(entity);
  const dom::element ours = parser.parse(text).value();
  if (auto found = definition::difference(ours, theirs, ""); !found.empty()) return found;
  const auto our_relations = relations(ours);
  const auto their_relations = relations(theirs);
  if (auto only = first_only_in(our_relations, their_relations); !only.empty()) return "relation only in ours: " + only;
  if (auto only = first_only_in(their_relations, our_relations); !only.empty())
    return "relation only in theirs: " + only;
  return {};
}

TEST_F(CorpusTest, EachRepositoryIsWhatBackstageMakesOfIt) {
  std::set<std::pair<std::string_view, std::string_view>> used;
  const auto differ = [&](const std::string& repository, const std::string& reference, const std::string& how) {
    for (const Explained& entry : explained) {
      if (entry.repository != repository || entry.reference != reference) continue;
      used.emplace(entry.repository, entry.reference);
      return;
    }
    ADD_FAILURE() << repository << " " << reference << ": " << how;
  };
  for (const auto& catalog : catalogs_) {
    const std::string name = catalog.filename().string();
    const auto snapshot = serve({source("main", make_repository(catalog, folder_.path()))});
    ASSERT_TRUE(snapshot) << name;
    dom::parser parser;
    std::set<std::string> known;
    for (const dom::element theirs : dom::array(parser.load((catalog / "entities.json").string()).value())) {
      const std::string reference = definition::reference_of(theirs);
      known.insert(reference);
      const catalog::Entity* ours = snapshot->find(reference);
      const std::string how = ours == nullptr ? "only Backstage has it" : compare(*ours, theirs);
      if (!how.empty()) differ(name, reference, how);
    }
    snapshot->visit(snapshot->everything(), {}, [&](const catalog::Entity& entity) {
      if (!known.contains(entity.key())) differ(name, entity.key(), "only we have it");
      return true;
    });
  }
  for (const Explained& entry : explained) {
    EXPECT_TRUE(used.contains({entry.repository, entry.reference}))
        << entry.repository << " " << entry.reference << " is explained, but doesn't differ";
  }
}

// Served together they are the same entities, but for those that several define: there the smallest place wins.
TEST_F(CorpusTest, AllRepositoriesAtOnce) {
  std::vector<sync::SourceOptions> sources;
  std::map<std::string, catalog::SnapshotPtr> alone;
  for (const auto& catalog : catalogs_) {
    std::string id = catalog.filename().string();
    const auto repository = make_repository(catalog, folder_.path());
    sources.push_back(source(id, repository));
    alone[id] = serve({sources.back()});
  }
  const auto together = serve(sources);
  ASSERT_TRUE(together);
  EXPECT_EQ(together->sources().size(), catalogs_.size());
  std::map<std::string, std::string> expected;  // reference → the source that must win
  for (const auto& [id, snapshot] : alone) {
    ASSERT_TRUE(snapshot) << id;
    snapshot->visit(snapshot->everything(), {}, [&, &source = id](const catalog::Entity& entity) {
      expected.try_emplace(entity.key(), source);
      return true;
    });
  }
  EXPECT_EQ(together->size(), expected.size());
  for (const auto& [reference, id] : expected) {
    const catalog::Entity* entity = together->find(reference);
    ASSERT_NE(entity, nullptr) << reference;
    EXPECT_EQ(entity->definition->place.file->source, id) << reference;
    EXPECT_EQ(entity->definition->spec_json, alone[id]->find(reference)->definition->spec_json) << reference;
  }
}

}  // namespace
}  // namespace aureacore::server
