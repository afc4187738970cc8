// The whole road, in this process: a real repository, a real server on a free port, a client that speaks HTTP.
#include "server/app.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "git/test_repository.h"
#include "server/test_client.h"

namespace aureacore::server {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string component(const std::string& name, const std::string& owner = "team") {
  return "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: " + name +
         "\nspec:\n  type: service\n  lifecycle: production\n  owner: " + owner + "\n";
}

class AppTest : public testing::Test {
 protected:
  void TearDown() override {
    if (app_) app_->stop();
  }

  sync::SourceOptions source(const std::string& id, const std::filesystem::path& repository) const {
    sync::SourceOptions options;
    options.tree.source = id;
    options.tree.include.push_back(base::Glob::parse("**/catalog-info.yaml").value());
    options.remote.url = git::parse_url(repository.string(), {.local = true}).value();
    options.interval = std::chrono::milliseconds(100);
    return options;
  }

  Config config(std::vector<sync::SourceOptions> sources) const {
    Config config;
    config.port = 0;
    config.threads = 2;
    config.state_dir = folder_.path() / "state";
    config.drain = std::chrono::seconds(1);
    config.sources = std::move(sources);
    return config;
  }

  AppDependencies dependencies() const {
    return {.clock = clock_, .log = log_, .random = [] { return 0.5; }, .connect = sync::connect_git, .progress = {}};
  }

  void serve(std::vector<sync::SourceOptions> sources) { serve(config(std::move(sources))); }
  void serve(const Config& config) {
    auto app = App::create(config, dependencies());
    ASSERT_TRUE(app) << app.error().message;
    app_ = std::move(*app);
    app_->start();
  }

  // Waits until it is so; looks again after each answer.
  template <class Condition>
  [[nodiscard]] bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // threads of low priority have their turn
    }
    return true;
  }
  std::string get(const std::string& target, const std::string& method = "GET") const {
    return ask(app_->port(), target, method);
  }
  std::string look_up(const std::string& name) const {
    return get("/api/catalog/entities/by-name/component/default/" + name);
  }
  bool serves(const std::string& name) const { return look_up(name).starts_with("HTTP/1.1 200"); }
  std::string log_text() {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

  git::TemporaryFolder folder_;
  git::TestRepository repository_;
  base::SystemClock clock_;
  std::mutex mutex_;
  std::string lines_;
  base::Log log_{clock_, base::Log::Format::text, [this](std::string_view line) {
                   const std::scoped_lock lock(mutex_);
                   lines_ += line;
                 }};
  std::unique_ptr<App> app_;
};

TEST_F(AppTest, AnswersALookUpFromACommitAndTheNextOneFromTheNext) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/readyz?verbose"), HasSubstr("\n[+]cache ok"));
  EXPECT_THAT(get("/metrics"), HasSubstr("\nprocess_threads "));
  const auto first = look_up("a");
  EXPECT_THAT(first, HasSubstr("\"name\":\"a\""));
  EXPECT_THAT(header(first, "AureaCore-Version"), StartsWith("v1-1-"));
  EXPECT_THAT(header(first, "AureaCore-Consistency"), Not(HasSubstr("degraded")));
  repository_.commit_file("catalog-info.yaml", component("a", "others"));
  app_->syncer().refresh("main");
  ASSERT_TRUE(eventually([&] { return header(look_up("a"), "AureaCore-Version").starts_with("v1-2-"); }));
  EXPECT_THAT(look_up("a"), HasSubstr("group:default/others"));
  EXPECT_NE(header(look_up("a"), "ETag"), header(first, "ETag"));
}

TEST_F(AppTest, IsNotReadyBeforeItHasSomething) {
  serve({source("main", folder_.path() / "no-repository")});
  EXPECT_THAT(get("/livez"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(look_up("a"), StartsWith("HTTP/1.1 503"));
}

TEST_F(AppTest, AnswersOnWhileGitIsGoneAndSaysSoAndHeals) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  const auto away = folder_.path() / "away";
  std::filesystem::rename(repository_.path(), away);
  ASSERT_TRUE(
      eventually([&] { return header(look_up("a"), "AureaCore-Consistency").find("degraded") != std::string::npos; }));
  EXPECT_THAT(header(look_up("a"), "AureaCore-Consistency"), HasSubstr("git-"));
  EXPECT_THAT(look_up("a"), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(eventually([&] { return header(look_up("a"), "Age") != "0"; })) << "the age grows";
  std::filesystem::rename(away, repository_.path());
  repository_.commit_file("catalog-info.yaml", component("b"));
  EXPECT_TRUE(eventually([&] {
    app_->syncer().refresh("main");
    return serves("b");
  }));
  EXPECT_TRUE(
      eventually([&] { return header(look_up("b"), "AureaCore-Consistency").find("degraded") == std::string::npos; }));
}

// Though the source's own next check is an hour away.
TEST_F(AppTest, StrongReadsSeeEveryPushThatCameBeforeThem) {
  repository_.commit_file("catalog-info.yaml", component("a0"));
  auto options = source("main", repository_.path());
  options.interval = std::chrono::hours(1);
  serve({options});
  ASSERT_TRUE(eventually([&] { return serves("a0"); }));
  for (int i = 1; i <= 5; ++i) {
    const std::string name = "a" + std::to_string(i);
    repository_.commit_file("catalog-info.yaml", component(name));
    const auto answer = get("/api/catalog/entities/by-name/component/default/" + name + "?consistency=strong");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(header(answer, "AureaCore-Consistency"), "strong");
  }
  const auto checks = app_->syncer().sources().at(0).checks;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 100; ++i) {
    clients.emplace_back([this] {
      EXPECT_THAT(get("/api/catalog/entities/by-name/component/default/a5?consistency=strong"),
                  StartsWith("HTTP/1.1 200"));
    });
  }
  clients.clear();
  EXPECT_LE(app_->syncer().sources().at(0).checks - checks, 50U);
}

TEST_F(AppTest, StrongReadsAreRefusedWhileGitIsGoneAndTheOthersAreNot) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  auto options = source("main", repository_.path());
  options.interval = std::chrono::hours(1);
  serve({options});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  const auto away = folder_.path() / "away";
  const std::string path = "/api/catalog/entities/by-name/component/default/a";
  std::filesystem::rename(repository_.path(), away);
  const auto refused = get(path + "?consistency=strong");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503"));
  EXPECT_NE(header(refused, "Retry-After"), "");
  EXPECT_THAT(get(path), StartsWith("HTTP/1.1 200"));
  std::filesystem::rename(away, repository_.path());
  EXPECT_TRUE(eventually([&] { return get(path + "?consistency=strong").starts_with("HTTP/1.1 200"); }));
}

TEST_F(AppTest, StartsFromTheMirrorWhereGitIsGone) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  const auto away = folder_.path() / "away";
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  const auto version = header(look_up("a"), "AureaCore-Version");
  app_.reset();
  std::filesystem::rename(repository_.path(), away);
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  EXPECT_EQ(header(look_up("a"), "AureaCore-Version"), version);
  EXPECT_THAT(header(look_up("a"), "AureaCore-Consistency"), HasSubstr("degraded=\"mirror\""));
  std::filesystem::rename(away, repository_.path());
}

TEST_F(AppTest, TakesOverAnotherConfiguration) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  const git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("b"));
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  auto changed = config({source("other", other.path())});
  changed.threads = 9;
  app_->reconfigure(changed);
  ASSERT_TRUE(eventually([&] { return serves("b") && !serves("a"); }));
  EXPECT_THAT(log_text(), HasSubstr("configuration key needs a restart to take effect key=threads"));
}

// As a configuration with such a schema would be read.
Config with_databases(Config config, const std::string& schema) {
  definition::Report report;
  std::vector<definition::KindDeclaration> kinds;
  const auto yaml = definition::parse_yaml(schema);
  kinds.push_back({.name = "Database",
                   .api_versions = {"example.com/v1"},
                   .schema = definition::Schema::compile(yaml.documents.at(0).root, report),
                   .schema_digest = schema});
  config.kinds = std::make_shared<definition::DeclaredKinds>(std::move(kinds));
  for (auto& source : config.sources) source.tree.declared = config.kinds;
  return config;
}

TEST_F(AppTest, ServesDeclaredKindsAndReadsTheirFilesAgainWhereTheSchemaChanges) {
  repository_.write("catalog-info.yaml", component("a"));
  repository_.write("db/catalog-info.yaml",
                    "apiVersion: example.com/v1\nkind: Database\nmetadata: {name: orders}\n"
                    "spec: {engine: postgres, owner: team}\n");
  repository_.commit();
  const auto plain = config({source("main", repository_.path())});
  serve(with_databases(plain, "properties: {spec: {required: [engine]}}"));
  const std::string target = "/api/catalog/entities/by-name/database/default/orders";
  ASSERT_TRUE(eventually([&] { return get(target).starts_with("HTTP/1.1 200"); }));
  EXPECT_THAT(get(target), HasSubstr("\"targetRef\":\"group:default/team\""));
  const std::string body =
      R"({"location":"url:https://example.com/x","entity":{"apiVersion":"example.com/v1","kind":"Database",)"
      R"("metadata":{"name":"x"},"spec":{"engine":"mysql"}}})";
  const auto validate = [&] { return ask(app_->port(), "/api/catalog/validate-entity", "POST", body); };
  EXPECT_THAT(validate(), StartsWith("HTTP/1.1 200"));
  app_->reconfigure(with_databases(plain, "properties: {spec: {required: [version]}}"));
  EXPECT_THAT(validate(), HasSubstr("expected spec.version, found none"));
  ASSERT_TRUE(eventually([&] { return get(target).starts_with("HTTP/1.1 404"); }));
  EXPECT_THAT(get("/api/v1/errors"), HasSubstr("db/catalog-info.yaml"));
  EXPECT_TRUE(serves("a"));
}

TEST_F(AppTest, ReportsTheErrorsOfABrokenFile) {
  repository_.write("catalog-info.yaml", component("a"));
  repository_.write("b/catalog-info.yaml", "kind: [");
  repository_.commit();
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  EXPECT_THAT(get("/api/v1/errors"), HasSubstr("b/catalog-info.yaml"));
}

TEST_F(AppTest, ShowsMetricsOfEveryPart) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  const auto metrics = get("/metrics");
  EXPECT_THAT(metrics, HasSubstr("aureacore_catalog_entities 1"));
  EXPECT_THAT(metrics, HasSubstr("aureacore_http_connections"));
  EXPECT_THAT(metrics, HasSubstr("aureacore_http_requests_total"));
  EXPECT_THAT(metrics, HasSubstr("aureacore_build_info"));
}

// Several connections ask for as much as they can, all the time.
class FloodTest : public AppTest {
 protected:
  static constexpr std::array targets{"/api/v1/order", "/api/v1/cycles", "/api/catalog/entities",
                                      "/api/v1/search?q=component"};

  void flood(const std::stop_token& stop, std::size_t first) {
    for (std::size_t i = first; !stop.stop_requested(); ++i) {
      const std::string answer = get(targets[i % targets.size()]);
      const bool refused = answer.starts_with("HTTP/1.1 503") && !header(answer, "Retry-After").empty();
      ++(refused ? refused_ : answer.starts_with("HTTP/1.1 200") ? answered_ : wrong_);
    }
  }

  std::atomic<int> answered_{0};
  std::atomic<int> refused_{0};
  std::atomic<int> wrong_{0};
};

TEST_F(FloodTest, LookUpsAreAnsweredWhileAFloodOfQuestionsIsShed) {
  std::string file;
  for (int i = 0; i < 600; ++i) file += "---\n" + component(fmt::format("component-{}", i));
  repository_.commit_file("catalog-info.yaml", file);
  auto flooded = config({source("main", repository_.path())});
  flooded.load.tasks = 1;
  serve(flooded);
  ASSERT_TRUE(eventually([&] { return serves("component-1"); }));
  std::vector<std::jthread> clients;
  for (std::size_t i = 0; i < 6; ++i) {
    clients.emplace_back([this, i](const std::stop_token& stop) { flood(stop, i); });
  }
  int looked_up = 0;
  const auto both = [&] {
    EXPECT_TRUE(serves("component-7"));
    return ++looked_up >= 50 && answered_ > 0 && refused_ > 0;
  };
  EXPECT_TRUE(eventually(both)) << answered_ << " answered, " << refused_ << " refused";
  clients.clear();
  EXPECT_EQ(wrong_, 0) << "neither 200 nor 503 with Retry-After";
  EXPECT_THAT(get("/metrics"), Not(HasSubstr("aureacore_http_shed_total{reason=\"queue-full\"} 0\n")));
}

TEST_F(AppTest, RefusesAStateDirectoryThatIsInUse) {
  serve({source("main", repository_.path())});
  const auto second = App::create(config({source("main", repository_.path())}), dependencies());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::Code::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("in use by another process"));
}

TEST_F(AppTest, KeepsItsStateToItself) {
  serve({source("main", repository_.path())});
  const auto permissions = std::filesystem::status(folder_.path() / "state").permissions();
  EXPECT_EQ(permissions & std::filesystem::perms::all, std::filesystem::perms::owner_all);
}

TEST_F(AppTest, EndsPromptlyAndOnlyOnce) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  serve({source("main", repository_.path())});
  ASSERT_TRUE(eventually([&] { return serves("a"); }));
  app_->stop();
  app_->stop();
  EXPECT_EQ(look_up("a"), "");
}

}  // namespace
}  // namespace aureacore::server
