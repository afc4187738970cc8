// The program as a process: flags, its one line on standard output, signals, exit status.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace aureacore {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* minimal =
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\nspec:\n  type: service\n"
    "  lifecycle: production\n  owner: team\n";

// A run of the program; killed at the end where it has not ended.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments, const char* program = AUREACORE_PROGRAM) {
    arguments.insert(arguments.begin(), program);
    std::array<int, 2> out{};
    std::array<int, 2> error{};
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(error.data(), O_CLOEXEC), 0);
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(error[1], STDERR_FILENO);
      ::execvp(raw[0], raw.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(error[1]);
    out_ = out[0];
    error_ = error[0];
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(out_);
    ::close(error_);
  }

  void signal(int number) const { ::kill(pid_, number); }
  // Reads until the text stands there, or the stream ends, or the time is over.
  bool prints(const std::string& text) { return read_until(out_, output, text); }
  bool logs(const std::string& text) { return read_until(error_, errors, text); }
  // Its exit status; -1 where a signal ended it.
  int end() {
    read_until(out_, output, "\x01");  // never there: to the end
    read_until(error_, errors, "\x01");
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string output;
  std::string errors;

 private:
  static bool read_until(int from, std::string& into, const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (into.find(text) == std::string::npos) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd ready{from, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return false;
      std::array<char, 4096> buffer{};
      const ssize_t got = ::read(from, buffer.data(), buffer.size());
      if (got <= 0) return false;
      into.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

  pid_t pid_ = -1;
  int out_ = -1;
  int error_ = -1;
};

// The socket of a service manager, as systemd has it.
class ServiceManager {
 public:
  explicit ServiceManager(std::string path) : path_(std::move(path)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;
  ~ServiceManager() { ::close(socket_); }

  // Whether a message that begins so comes, others before it or not.
  [[nodiscard]] bool hears(std::string_view start) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      pollfd ready{socket_, POLLIN, 0};
      std::array<char, 500> buffer{};
      if (::poll(&ready, 1, 1000) <= 0) continue;
      const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (got > 0 && std::string_view(buffer.data(), static_cast<std::size_t>(got)).starts_with(start)) return true;
    }
    return false;
  }

 private:
  std::string path_;
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

class MainTest : public testing::Test {
 protected:
  MainTest() {
    std::string name = (std::filesystem::temp_directory_path() / "aureacore-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~MainTest() override {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

  // A repository with one component.
  [[nodiscard]] std::string make_repository() const {
    const auto path = folder_ / "repository";
    std::filesystem::create_directory(path);
    std::ofstream(path / "catalog-info.yaml") << minimal;
    git({"init", "-q", "-b", "main", path});
    git({"-C", path, "add", "-A"});
    git({"-C", path, "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-q", "-m", "first"});
    return path;
  }
  [[nodiscard]] std::vector<std::string> serve(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:0", "--state-dir", folder_ / "state"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  [[nodiscard]] std::string configuration(const std::string& text) const { return file("aureacore.yaml", text); }

 private:
  static void git(const std::vector<std::string>& arguments) {
    Program program(arguments, "git");
    EXPECT_EQ(program.end(), 0) << program.errors;
  }

  std::filesystem::path folder_;
};

TEST_F(MainTest, PrintsItsVersion) {
  Program program({"version"});
  EXPECT_EQ(program.end(), 0);
  EXPECT_THAT(program.output, StartsWith("aureacore 0."));
}

TEST_F(MainTest, MakesTokensWithTheirHashes) {
  Program program({"token"});
  EXPECT_EQ(program.end(), 0);
  EXPECT_THAT(program.output, testing::MatchesRegex("token: aureacore_[0-9A-Za-z_-]{43}\nhash: sha256:[0-9a-f]{64}\n"));
}

TEST_F(MainTest, EndsWithTwoOnAWrongCommandLine) {
  EXPECT_EQ(Program({}).end(), 2);
  EXPECT_EQ(Program({"serve", "--nonsense"}).end(), 2);
  EXPECT_EQ(Program({"config", "check"}).end(), 2);
  EXPECT_EQ(Program({"--help"}).end(), 0);
}

TEST_F(MainTest, SaysThatThereIsNothingToServe) {
  Program program(serve({}));
  EXPECT_EQ(program.end(), 1);
  EXPECT_THAT(program.errors, HasSubstr("expected at least one source"));
}

TEST_F(MainTest, ChecksAConfiguration) {
  Program good({"config", "check", configuration("state_dir: /tmp/x\nsources: [{url: https://example.com/a.git}]\n")});
  EXPECT_EQ(good.end(), 0);
  EXPECT_EQ(good.output, "ok\n");
  Program bad({"config", "check", configuration("sorces: []\n")});
  EXPECT_EQ(bad.end(), 1);
  EXPECT_THAT(bad.errors,
              HasSubstr("aureacore.yaml:1:1: unknown key \"sorces\" in the configuration; did you mean \"sources\"?"));
}

TEST_F(MainTest, ValidatesAWorkTree) {
  const auto repository = make_repository();
  Program valid({"validate", repository});
  EXPECT_EQ(valid.end(), 0) << valid.errors;
  EXPECT_THAT(valid.output, HasSubstr("1 file, 1 entity: 0 errors, 1 warning\n"));
  Program strict({"validate", "--strict", repository});
  EXPECT_EQ(strict.end(), 1);
  EXPECT_THAT(strict.output, HasSubstr("catalog-info.yaml:8:10: warning: expected an entity group:default/team"));
  const auto known = file("known.txt", "group:default/team\n");
  Program told({"validate", "--strict", "--known", known, repository});
  EXPECT_EQ(told.end(), 0) << told.output;
}

TEST_F(MainTest, FailsWhereAWorkTreeIsInvalid) {
  const auto broken = file("catalog-info.yaml", "kind: Component\n");
  Program text({"validate", broken});
  EXPECT_EQ(text.end(), 1);
  EXPECT_THAT(text.output, HasSubstr("catalog-info.yaml:1:1: error: expected apiVersion"));
  for (const auto& [format, start] :
       {std::pair{"json", "{\"valid\":false"}, std::pair{"sarif", "{\"$schema\""}, std::pair{"junit", "<?xml"}}) {
    Program other({"validate", "--format", format, broken});
    EXPECT_EQ(other.end(), 1) << format;
    EXPECT_THAT(other.output, StartsWith(start));
  }
  const auto report = file("report.json", "");
  Program written({"validate", "--format", "json", "--output", report, broken});
  EXPECT_EQ(written.end(), 1);
  EXPECT_EQ(written.output, "");
  EXPECT_GT(std::filesystem::file_size(report), 100);
}

TEST_F(MainTest, EndsWithTwoWhereNothingCouldBeValidated) {
  const auto good = file("catalog-info.yaml", minimal);
  const auto folder = std::filesystem::path(file("empty/readme.md", "")).parent_path().string();
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"validate"},
                                                    {"validate", good + "-none"},
                                                    {"validate", "/dev/null"},
                                                    {"validate", folder},
                                                    {"validate", "--strict", folder, good},
                                                    {"validate", "--format", "xml", good},
                                                    {"validate", "--include", "[", good},
                                                    {"validate", "--kind", "component", good},
                                                    {"validate", "--config", good + "-none", good},
                                                    {"validate", "--known", good + "-none", good},
                                                    {"validate", "--known", file("wrong.json", "{}"), good},
                                                    {"validate", "--repository", "https://github.com/a/b", good},
                                                    {"validate", "--output", good + "-none/x", good}}) {
    Program program(arguments);
    EXPECT_EQ(program.end(), 2) << arguments.back();
    EXPECT_NE(program.errors, "") << arguments.back();
  }
}

TEST_F(MainTest, AllowsTheKindsThatItIsTold) {
  const auto good = file("catalog-info.yaml", minimal);
  EXPECT_EQ(Program({"validate", "--kind", "Component", "--kind", "API", good}).end(), 0);
  Program refused({"validate", "--kind", "API", good});
  EXPECT_EQ(refused.end(), 1);
  EXPECT_THAT(refused.output, HasSubstr("catalog-info.yaml:2:7: error: expected one of the kinds API"));
}

TEST_F(MainTest, KnowsTheKindsThatAConfigurationDeclares) {
  const auto topic = file("catalog-info.yaml",
                          "apiVersion: example.com/v1\nkind: Topic\nmetadata: {name: orders}\n"
                          "spec: {partitions: many}\n");
  static_cast<void>(file("topic.json", R"({"properties":{"spec":{"properties":{"partitions":{"type":"integer"}}}}})"));
  // Nothing but the kinds is looked at: that source could not be served from here.
  const auto config = file("aureacore.yaml",
                           "kinds: [{kind: Topic, api_versions: [example.com/v1], schema: topic.json}]\n"
                           "sources: [{url: 'https://git.example.com/a.git', credentials: {password_env: NONE}}]\n");
  EXPECT_EQ(Program({"validate", topic}).end(), 1);
  Program checked({"validate", "--config", config, "--kind", "Topic", topic});
  EXPECT_EQ(checked.end(), 1);
  EXPECT_THAT(checked.output, HasSubstr("catalog-info.yaml:4:20: error: expected a whole number for spec.partitions, "
                                        "found a string [schema]"));
  static_cast<void>(file("topic.json", R"({"properties":{"spec":{"properties":{"partitions":{"type":"string"}}}}})"));
  EXPECT_EQ(Program({"validate", "--config", config, topic}).end(), 0);
  static_cast<void>(file("topic.json", R"({"type":"no type"})"));
  Program refused({"validate", "--config", config, topic});
  EXPECT_EQ(refused.end(), 2);
  EXPECT_THAT(refused.errors, HasSubstr("aureacore.yaml:1:63: schema: topic.json:1:9: expected null, boolean"));
}

TEST_F(MainTest, FollowsAddressesOfItsOwnRepositoryWhereToldWhichThatIs) {
  const auto all = file("catalog-info.yaml",
                        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: all}\n"
                        "spec: {target: 'https://github.com/a/b/blob/main/more.yaml'}\n");
  static_cast<void>(file("more.yaml", "]"));
  EXPECT_EQ(Program({"validate", all}).end(), 0);
  EXPECT_EQ(Program({"validate", "--repository", "https://github.com/a/b#main", all}).end(), 1);
}

class SignalTest : public MainTest, public testing::WithParamInterface<int> {};

TEST_P(SignalTest, EndsInOrder) {
  const auto repository = make_repository();
  Program program(serve({"--source", repository}));
  ASSERT_TRUE(program.prints("\n"));
  EXPECT_THAT(program.output, testing::MatchesRegex("listening on http://127.0.0.1:[0-9]+\n"));
  ASSERT_TRUE(program.logs("published entities=1"));
  program.signal(GetParam());
  EXPECT_EQ(program.end(), 0) << program.errors;
}

INSTANTIATE_TEST_SUITE_P(Signals, SignalTest, testing::Values(SIGTERM, SIGINT));

TEST_F(MainTest, ReadsItsConfigurationAgainAndKeepsTheOldOneWhereTheNewIsBad) {
  const auto repository = make_repository();
  const std::string good = "allow_local: true\nsources: [{id: first, url: " + repository + "}]\n";
  const auto file = configuration(good);
  Program program(serve({"--config", file}));
  ASSERT_TRUE(program.logs("published entities=1"));
  static_cast<void>(configuration("sorces: []\n"));
  program.signal(SIGHUP);
  ASSERT_TRUE(program.logs("configuration not reloaded"));
  static_cast<void>(configuration(good + "drain: 1s\n"));
  program.signal(SIGHUP);
  ASSERT_TRUE(program.logs("configuration reloaded"));
  program.signal(SIGTERM);
  EXPECT_EQ(program.end(), 0);
}

TEST_F(MainTest, TellsItsServiceManagerHowItIs) {
  const auto file = configuration("allow_local: true\nsources: [{url: " + make_repository() + "}]\n");
  const std::string socket = std::filesystem::path(file).parent_path() / "notify";
  const ServiceManager manager(socket);
  std::vector<std::string> arguments{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=600000", AUREACORE_PROGRAM};
  for (const auto& argument : serve({"--config", file})) arguments.push_back(argument);
  Program program(arguments, "env");
  EXPECT_TRUE(manager.hears("READY=1\nSTATUS=serving"));
  EXPECT_TRUE(manager.hears("WATCHDOG=1"));
  program.signal(SIGHUP);
  EXPECT_TRUE(manager.hears("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_TRUE(manager.hears("READY=1\nSTATUS=serving 1 entities"));
  EXPECT_TRUE(manager.hears("WATCHDOG=1"));
  program.signal(SIGTERM);
  EXPECT_TRUE(manager.hears("STOPPING=1"));
  EXPECT_EQ(program.end(), 0);
}

TEST_F(MainTest, RefusesAStateDirectoryThatIsInUse) {
  const auto repository = make_repository();
  Program first(serve({"--source", repository}));
  ASSERT_TRUE(first.prints("listening"));
  Program second(serve({"--source", repository}));
  EXPECT_EQ(second.end(), 1);
  EXPECT_THAT(second.errors, HasSubstr("in use by another process"));
}

TEST_F(MainTest, WritesItsLogAsJson) {
  const auto repository = make_repository();
  Program program(serve({"--source", repository, "--log-format", "json"}));
  ASSERT_TRUE(program.logs("\"event\":\"published\""));
  program.signal(SIGTERM);
  EXPECT_EQ(program.end(), 0);
}

}  // namespace
}  // namespace aureacore
