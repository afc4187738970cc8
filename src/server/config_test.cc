#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "server/section.h"
#include "server/source_config.h"

namespace aureacore::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path cases = std::filesystem::path(__FILE__).parent_path() / "testdata/config";

std::optional<std::string> environment(const std::string& name) {
  static const std::map<std::string, std::string> variables{{"HOME", "/home/ann"}, {"CATALOG_TOKEN", "s3cret"}};
  const auto at = variables.find(name);
  if (at == variables.end()) return std::nullopt;
  return at->second;
}

ConfigRequest request(const std::string& name) {
  return {.file = cases / (name + ".yaml"), .flags = {}, .environment = environment, .directory = "/work"};
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The errors, one a line, without the file's name.
std::string errors(const std::string& name) {
  std::string text;
  const std::string prefix = (cases / (name + ".yaml")).string() + ":";
  for (const auto& error : load_config(request(name)).errors) {
    text += (error.starts_with(prefix) ? error.substr(prefix.size()) : error) + "\n";
  }
  return text;
}

TEST(Config, ReadsEveryKey) {
  const auto result = load_config(request("good"));
  ASSERT_THAT(result.errors, IsEmpty());
  const Config& config = result.config;
  EXPECT_EQ(config.host, "0.0.0.0");
  EXPECT_EQ(config.port, 8080);
  EXPECT_EQ(config.state_dir, cases / "state");
  EXPECT_EQ(config.threads, 3);
  EXPECT_EQ(config.transport, http::TransportKind::epoll);
  EXPECT_EQ(config.log_format, base::Log::Format::json);
  EXPECT_EQ(config.drain, std::chrono::seconds(5));
  EXPECT_EQ(config.fetchers, 2);
  EXPECT_EQ(config.guard.share, 0.25);
  EXPECT_EQ(config.guard.count, 100);
  EXPECT_EQ(config.intervals.critical, std::chrono::seconds(5));
  EXPECT_EQ(config.intervals.high, std::chrono::seconds(20));
  EXPECT_EQ(config.versions, (VersionsConfig{10, 2, 3, std::chrono::seconds(7)}));
  EXPECT_EQ(config.auth.anonymous, auth::Role::read);
  EXPECT_TRUE(config.auth.open_metrics);
  const auto targets = hook_targets(config.hooks, config.sources);
  ASSERT_EQ(targets->secrets.size(), 1);
  EXPECT_TRUE(targets->secrets[0].is("s3cret"));
  EXPECT_EQ(targets->sources.at(0).address, "git.example.com/platform/catalog");
  EXPECT_EQ(targets->sources.at(0).branch, "main");
  ASSERT_EQ(targets->sources.at(0).secrets.size(), 2);
  EXPECT_TRUE(targets->sources.at(0).secrets[0].is("of the file"));
  EXPECT_TRUE(targets->sources.at(1).secrets.empty());
  ASSERT_EQ(config.auth.tokens.size(), 1);
  EXPECT_EQ(config.auth.tokens[0].principal.name, "portal");
  EXPECT_EQ(config.auth.tokens[0].principal.role, auth::Role::refresh);
  EXPECT_EQ(config.auth.tokens[0].digest, auth::digest_of("test"));
  ASSERT_EQ(config.auth.issuers.size(), 2);
  const IssuerConfig& issuer = config.auth.issuers[0];
  EXPECT_EQ(issuer.issuer.issuer, "https://issuer.example.com");
  EXPECT_EQ(issuer.issuer.audience, "aureacore");
  EXPECT_EQ(issuer.place, "https://issuer.example.com/keys");
  EXPECT_TRUE(issuer.is_url);
  EXPECT_EQ(issuer.refresh, std::chrono::minutes(1));
  EXPECT_EQ(issuer.issuer.skew, std::chrono::seconds(10));
  EXPECT_EQ(issuer.issuer.name_claim, "email");
  EXPECT_EQ(issuer.issuer.role, auth::Role::read);
  ASSERT_EQ(issuer.issuer.rules.size(), 1);
  EXPECT_EQ(issuer.issuer.rules[0].claim, "groups");
  EXPECT_EQ(issuer.issuer.rules[0].role, auth::Role::admin);
  EXPECT_EQ(config.auth.issuers[1].place, cases / "keys.json");
  EXPECT_EQ(config.auth.issuers[1].issuer.role, auth::Role::none);
  EXPECT_EQ(config.tls, (http::TlsOptions{.certificate_file = (cases / "tls.pem").string(),
                                          .key_file = "/etc/tls.key",
                                          .client_ca_file = (cases / "ca.pem").string(),
                                          .client_must_have_one = false}));
  EXPECT_EQ(config.access_log, api::AccessLog::Mode::errors);
  EXPECT_EQ(config.rate_limit, (auth::RateLimit{.per_second = 100, .burst = 300}));
  EXPECT_EQ(config.http.connections, 50);
  EXPECT_EQ(config.batch.operations, 20);
  EXPECT_EQ(config.batch.bytes, 1 << 20);
  EXPECT_EQ(config.load.tasks, 7);
  EXPECT_EQ(config.load.task_wait, std::chrono::milliseconds(500));
  EXPECT_EQ(config.load.waiting, 1000);
  EXPECT_EQ(config.load.waiting_bytes, 2 << 20);
  ASSERT_EQ(config.sources.size(), 2);
  const auto& platform = config.sources[0];
  EXPECT_EQ(platform.tree.source, "platform");
  EXPECT_EQ(platform.remote.url.text, "https://git.example.com/platform/catalog.git");
  EXPECT_EQ(platform.remote.branch, "main");
  EXPECT_EQ(platform.interval, std::chrono::seconds(90));
  EXPECT_EQ(platform.cache_ttl, std::chrono::hours(2));
  EXPECT_EQ(platform.criticality, entity::Criticality::high);
  EXPECT_FALSE(platform.remote.fsck);
  EXPECT_EQ(platform.remote.credentials.username, "bot");
  EXPECT_EQ(platform.remote.credentials.password, "s3cret");
  EXPECT_EQ(platform.tree.include.size(), 2);
  EXPECT_EQ(platform.tree.kinds, (std::vector<std::string>{"Component", "Location"}));
  EXPECT_EQ(platform.tree.exclude.at(0).pattern(), "**/node_modules/**");
  EXPECT_EQ(platform.tree.orphans.at(0).pattern(), "services/**/*.yaml");
  EXPECT_EQ(platform.tree.files, 1000);
  EXPECT_EQ(platform.tree.file_bytes, 64 << 10);
  const auto& nearby = config.sources[1];
  EXPECT_EQ(nearby.tree.source, "nearby");
  EXPECT_EQ(nearby.remote.url.text, (cases / "nearby").string());
  EXPECT_EQ(nearby.tree.include.at(0).pattern(), "**/catalog-info.yaml");
  EXPECT_EQ(nearby.interval, std::chrono::seconds(60));
  EXPECT_EQ(nearby.cache_ttl, std::nullopt);
  EXPECT_EQ(nearby.criticality, std::nullopt);
}

class BadConfig : public testing::TestWithParam<const char*> {};

TEST_P(BadConfig, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(errors(GetParam()), read(cases / (std::string(GetParam()) + ".errors")));
}

INSTANTIATE_TEST_SUITE_P(Cases, BadConfig,
                         testing::Values("unknown_key", "wrong_types", "bad_values", "credentials", "syntax",
                                         "two_documents", "empty", "duplicate_key", "kinds_wrong", "auth", "hooks"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Config, SaysThatAFileIsMissing) {
  EXPECT_THAT(load_config(request("missing")).errors,
              ElementsAre(HasSubstr("missing.yaml: expected a file that can be read")));
}

ConfigResult listening_on(const std::string& address, std::optional<std::string> anonymous = {}) {
  ConfigRequest command = request("good");
  command.file.reset();
  command.flags.listen = address;
  command.flags.anonymous = std::move(anonymous);
  command.flags.sources = {"/srv/catalog"};
  return load_config(command);
}

TEST(Config, WantsToBeToldWhoMayDoWhatWhereOthersReachTheAddress) {
  for (const char* address : {"127.0.0.1:0", "127.9.9.9:0", "[::1]:0", "localhost:0"}) {
    EXPECT_THAT(listening_on(address).errors, IsEmpty()) << address;
  }
  for (const char* address : {"0.0.0.0:0", "[::]:0", "10.0.0.1:0", "catalog.example.com:0"}) {
    EXPECT_THAT(listening_on(address).errors, ElementsAre(HasSubstr("--anonymous read"))) << address;
    EXPECT_THAT(listening_on(address, "read").errors, IsEmpty()) << address;
  }
  EXPECT_THAT(listening_on("0.0.0.0:0", "reader").errors,
              ElementsAre("--anonymous: expected none, read, refresh or admin, found \"reader\""));
}

TEST(Config, LetsEverybodyDoEverythingOnlyWhereNothingIsSaid) {
  AuthConfig config;
  EXPECT_FALSE(policy_of(config).guards());
  EXPECT_TRUE(policy_of(config).only_here);
  config.tokens.push_back({});
  EXPECT_EQ(policy_of(config).anonymous, auth::Role::none);
  EXPECT_FALSE(policy_of(config).only_here);
  config.anonymous = auth::Role::read;
  EXPECT_EQ(policy_of(config).anonymous, auth::Role::read);
}

TEST(Config, DeclaresKinds) {
  const auto result = load_config(request("kinds"));
  ASSERT_THAT(result.errors, IsEmpty());
  const auto kinds = result.config.kinds->rows();
  ASSERT_EQ(kinds.size(), 2);
  EXPECT_EQ(kinds[0].name, "Database");
  EXPECT_THAT(kinds[0].api_versions, ElementsAre("example.com/v1", "example.com/v2"));
  EXPECT_NE(kinds[0].schema, nullptr);
  EXPECT_EQ(kinds[1].name, "Topic");
  EXPECT_EQ(kinds[1].schema, nullptr);
  EXPECT_EQ(result.config.sources.at(0).tree.declared, result.config.kinds);
  EXPECT_THAT(result.config.sources.at(0).tree.kinds, ElementsAre("Component", "Database"));
}

TEST(Config, GivesItsKindsWithoutTheRest) {
  EXPECT_EQ(load_kinds(cases / "kinds.yaml").kinds->rows().size(), 2);
  const auto none = load_kinds(cases / "credentials.yaml");
  EXPECT_EQ(none.kinds, nullptr);
  EXPECT_THAT(none.errors, IsEmpty());
  EXPECT_EQ(load_kinds(cases / "kinds_wrong.yaml").errors.size() + 1,
            load_config(request("kinds_wrong")).errors.size());
}

// What is the same kind and another schema is no longer the same content, so that a reload reads every file again.
TEST(Config, TellsAChangedSchemaFromTheSame) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "aureacore-kinds";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.yaml") << "kinds: [{kind: Database, api_versions: [v1], schema: schema.json}]\n"
                                           "sources: [{url: https://git.example.com/a.git}]\n";
  const auto load = [&](std::string_view schema) {
    std::ofstream(folder / "schema.json") << schema;
    auto changed = request("kinds");
    changed.file = folder / "config.yaml";
    return load_config(changed).config.sources.at(0);
  };
  const auto first = load("{}");
  EXPECT_TRUE(sync::same_content(first, load("{}")));
  EXPECT_FALSE(sync::same_content(first, load("{\"type\": \"object\"}")));
  std::filesystem::remove_all(folder);
}

TEST(Config, LetsTheEnvironmentOverrideTheFileAndFlagsOverrideBoth) {
  auto layered = request("good");
  layered.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AUREACORE_LISTEN") return "127.0.0.1:1111";
    if (name == "AUREACORE_THREADS") return "7";
    if (name == "AUREACORE_TRANSPORT") return "auto";
    return environment(name);
  };
  layered.flags.listen = "[::1]:2222";
  layered.flags.state_dir = "elsewhere";
  const auto result = load_config(layered);
  ASSERT_THAT(result.errors, IsEmpty());
  EXPECT_EQ(result.config.host, "::1");
  EXPECT_EQ(result.config.port, 2222);
  EXPECT_EQ(result.config.threads, 7);
  EXPECT_EQ(result.config.transport, http::TransportKind::automatic);
  EXPECT_EQ(result.config.state_dir, "/work/elsewhere");
}

TEST(Config, NamesTheFlagOrVariableThatIsWrong) {
  ConfigRequest wrong{.file = {}, .flags = {}, .environment = environment, .directory = "/work"};
  wrong.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AUREACORE_TRANSPORT") return "pigeon";
    return name == "AUREACORE_LOG_FORMAT" ? std::optional<std::string>("yaml") : environment(name);
  };
  wrong.flags.threads = "many";
  wrong.flags.listen = "here";
  wrong.flags.interval = "soon";
  wrong.flags.sources = {"a", "ssh://git@example.com/a.git", "b#-x"};
  EXPECT_THAT(load_config(wrong).errors,
              ElementsAre("AUREACORE_TRANSPORT: expected auto, epoll or io_uring, found \"pigeon\"",
                          "AUREACORE_LOG_FORMAT: expected text or json, found \"yaml\"",
                          "--listen: expected HOST:PORT as in 127.0.0.1:7077 or [::1]:0, found \"here\"",
                          "--threads: expected a whole number from 1 to 256, found \"many\"",
                          "--interval: expected a duration of at least 100ms, as in 60s, found \"soon\"",
                          HasSubstr("--source ssh://git@example.com/a.git: an ssh address needs known_hosts_file"),
                          HasSubstr("--source b#-x: expected a branch name")));
}

TEST(Config, TakesSourcesFromTheCommandLine) {
  ConfigRequest line{.file = {}, .flags = {}, .environment = environment, .directory = "/work"};
  line.flags.sources = {"repos/catalog", "/srv/catalog.git#release", "https://git.example.com/x/catalog.git"};
  line.flags.interval = "5s";
  const auto result = load_config(line);
  ASSERT_THAT(result.errors, IsEmpty());
  const auto& sources = result.config.sources;
  ASSERT_EQ(sources.size(), 3);
  EXPECT_EQ(sources[0].tree.source, "catalog");
  EXPECT_EQ(sources[0].remote.url.text, "/work/repos/catalog");
  EXPECT_EQ(sources[0].remote.branch, "");
  EXPECT_EQ(sources[1].tree.source, "catalog-2");
  EXPECT_EQ(sources[1].remote.branch, "release");
  EXPECT_EQ(sources[2].tree.source, "catalog-3");
  EXPECT_EQ(sources[2].interval, std::chrono::seconds(5));
  EXPECT_EQ(result.config.state_dir, "/home/ann/.local/state/aureacore");
}

TEST(Config, ReadsAPasswordFromAFile) {
  git::Credentials credentials;
  const auto file = std::filesystem::path(testing::TempDir()) / "aureacore-password.yaml";
  std::ofstream(file) << "sources:\n  - url: https://git.example.com/a.git\n    credentials: {password_file: "
                      << (cases / "secret.txt").string() << "}\n";
  auto with_file = request("good");
  with_file.file = file;
  const auto result = load_config(with_file);
  std::filesystem::remove(file);
  ASSERT_THAT(result.errors, IsEmpty());
  EXPECT_EQ(result.config.sources.at(0).remote.credentials.password, "hunter2");
}

TEST(Durations, AreNumbersWithAUnit) {
  EXPECT_EQ(parse_duration("500ms"), std::chrono::milliseconds(500));
  EXPECT_EQ(parse_duration("60s"), std::chrono::seconds(60));
  EXPECT_EQ(parse_duration("5m"), std::chrono::minutes(5));
  EXPECT_EQ(parse_duration("2h"), std::chrono::hours(2));
  for (const char* wrong : {"", "5", "s", "-1s", "1.5s", "1 s", "1d", "99999999999999999999s", "9999999999999h"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
}

TEST(Bytes, AreNumbersWithAnOptionalUnit) {
  EXPECT_EQ(parse_bytes("12"), 12);
  EXPECT_EQ(parse_bytes("64KiB"), 65536);
  EXPECT_EQ(parse_bytes("4GiB"), 4ULL << 30);
  for (const char* wrong : {"", "KiB", "1kb", "-1", "99999999999999999999"}) {
    EXPECT_EQ(parse_bytes(wrong), std::nullopt) << wrong;
  }
}

TEST(DefaultId, IsTheLastPartOfTheAddress) {
  EXPECT_EQ(default_id("https://git.example.com/platform/catalog.git"), "catalog");
  EXPECT_EQ(default_id("git@example.com:catalog"), "catalog");
  EXPECT_EQ(default_id("/srv/my catalog/"), "my-catalog");
  EXPECT_EQ(default_id("/srv/.hidden.git"), "hidden");
  EXPECT_EQ(default_id("/"), "source");
}

}  // namespace
}  // namespace aureacore::server
