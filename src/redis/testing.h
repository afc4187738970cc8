// For tests: real Redis servers on the loopback: alone, behind a Sentinel, as a Cluster, over TLS.
//
// Each lives in a folder of its own, as long as its object; it ends with the test's process too. One thread.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "redis/client.h"
#include "redis/connection.h"
#include "redis/sentinel.h"

namespace aureacore::redis {

[[noreturn]] inline void give_up(std::string_view what) {
  fmt::print(stderr, "test servers: {}\n", what);
  std::abort();
}

// Until it holds; gives up after a while.
inline void wait_until(std::string_view what, const std::function<bool()>& holds) {
  const Deadline deadline = Deadline::in(std::chrono::seconds(30));
  while (!holds()) {
    if (deadline.passed()) give_up(what);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "redis-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) give_up("no folder");
    path_ = name;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// A program that runs until the object goes.
class TestProgram {
 public:
  explicit TestProgram(std::vector<std::string> arguments, const std::string& log) {
    // Should the test be killed, its servers are too.
    arguments.insert(arguments.begin(), {"setpriv", "--pdeathsig", "KILL"});
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    constexpr int mode = 0600;
    ::posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, mode);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (::posix_spawnp(&id_, pointers[0], &actions, nullptr, pointers.data(), environ) != 0) give_up(arguments[3]);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  TestProgram(const TestProgram&) = delete;
  TestProgram& operator=(const TestProgram&) = delete;
  ~TestProgram() { kill(); }

  void pause() const { ::kill(id_, SIGSTOP); }
  void go_on() const { ::kill(id_, SIGCONT); }
  void kill() {
    if (id_ < 0) return;
    ::kill(id_, SIGKILL);
    wait();
  }
  // Until it has ended by itself; its status.
  int wait() {
    int status = 0;
    if (id_ > 0) ::waitpid(id_, &status, 0);
    id_ = -1;
    return status;
  }
  bool ended() {
    if (id_ > 0 && ::waitpid(id_, nullptr, WNOHANG) == id_) id_ = -1;
    return id_ < 0;
  }

 private:
  pid_t id_ = -1;
};

// Free just now; whoever wants it must be ready for somebody else to be faster.
inline std::uint16_t free_port() {
  const base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) give_up("no free port");
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

class TestServer {
 public:
  struct Options {
    bool tcp = false;                    // else by a Unix socket alone
    std::vector<std::string> arguments;  // for redis-server, further ones
    bool cluster = false;                // a Cluster's node
    std::string config;                  // a file's text, for Sentinels
    std::string password;                // how we reach it
    const TlsContext* tls = nullptr;     // how we reach it; it listens for nothing else then
  };

  TestServer() : TestServer(Options{}) {}
  explicit TestServer(Options options) : options_(std::move(options)) {
    constexpr int attempts = 20;
    for (int i = 0; i < attempts; ++i) {
      endpoint_ = options_.tcp ? Endpoint{"127.0.0.1", free_port()} : Endpoint{folder_.file("redis.sock")};
      bus_port_ = options_.cluster ? free_port() : 0;
      if (begin()) return;
    }
    give_up("redis-server doesn't start: " + log());
  }

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] std::uint16_t bus_port() const { return bus_port_; }
  [[nodiscard]] Address address() const { return {.tls = options_.tls != nullptr, .endpoints = {endpoint_}}; }
  [[nodiscard]] std::string log() const {
    std::ifstream in(folder_.file("log"));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] const TestFolder& folder() const { return folder_; }

  void pause() const { program_->pause(); }
  void go_on() const { program_->go_on(); }
  void kill() { program_->kill(); }
  // At the same place, after kill().
  void restart() {
    if (!begin()) give_up("redis-server doesn't start again: " + log());
  }

  // By a connection of its own; gives up on failures, but not on the server's errors. A server whose role changes ends
  // all its connections, so it is tried again.
  Reply command(const std::vector<std::string>& words) const {
    Command command(words.at(0));
    for (std::size_t i = 1; i < words.size(); ++i) command.argument(words[i]);
    auto reply = send(command);
    for (int again = 0; again < 3 && !reply; ++again) reply = send(command);
    if (!reply) give_up(reply.error().message);
    return *std::move(reply);
  }
  // The line of INFO or the like that begins with "name:", without that.
  [[nodiscard]] std::string info(const std::vector<std::string>& words, const std::string& name) const {
    const std::string text = "\n" + command(words).text;
    const std::size_t at = text.find("\n" + name + ":");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 2;
    return text.substr(begin, text.find_first_of("\r\n", begin) - begin);
  }

 private:
  bool begin() {
    std::vector<std::string> arguments = {"redis-server"};
    if (!options_.config.empty()) {
      std::ofstream(folder_.file("redis.conf")) << options_.config;
      arguments.insert(arguments.end(), {folder_.file("redis.conf"), "--sentinel"});
    }
    const std::string port = std::to_string(endpoint_.port);
    arguments.insert(arguments.end(), {"--dir", folder_.file(""), "--bind", "127.0.0.1", "--save", ""});
    if (options_.tls != nullptr) {
      arguments.insert(arguments.end(), {"--port", "0", "--tls-port", port});
    } else {
      arguments.insert(arguments.end(), {"--port", port});
    }
    if (endpoint_.is_path()) arguments.insert(arguments.end(), {"--unixsocket", endpoint_.host});
    if (options_.cluster) {
      arguments.insert(arguments.end(), {"--cluster-enabled", "yes", "--cluster-port", std::to_string(bus_port_)});
    }
    arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
    program_ = std::make_unique<TestProgram>(arguments, folder_.file("log"));
    bool answers = false;
    wait_until("redis-server answers: " + log(), [&] {
      const auto reply = send(Command("PING"));
      answers = reply && !reply->is_error("LOADING");
      return answers || program_->ended();
    });
    return answers;
  }

  [[nodiscard]] base::Result<Reply> send(const Command& command) const {
    Dialer dialer{Limits{}};
    dialer.greeting.credentials.password = options_.password;
    if (options_.tls != nullptr) dialer.tls = *options_.tls;
    const Deadline deadline = Deadline::in(std::chrono::seconds(10));
    const auto connection = Connection::open(endpoint_, dialer, Role::any, deadline);
    if (!connection) return std::unexpected(connection.error());
    return (*connection)->call(command, deadline);
  }

  Options options_;
  TestFolder folder_;
  Endpoint endpoint_;
  std::uint16_t bus_port_ = 0;
  std::unique_ptr<TestProgram> program_;
};

// A primary with one replica and one Sentinel that is quick to judge.
class TestSentinelGroup {
 public:
  TestSentinelGroup() {
    primary_ = std::make_unique<TestServer>(
        TestServer::Options{.tcp = true, .arguments = {"--repl-diskless-sync-delay", "0"}});
    replica_ = std::make_unique<TestServer>(
        TestServer::Options{.tcp = true,
                            .arguments = {"--replicaof", "127.0.0.1 " + std::to_string(primary_->endpoint().port),
                                          "--repl-diskless-sync-delay", "0"}});
    wait_until("the replica follows", [&] { return replica_->info({"INFO"}, "master_link_status") == "up"; });
    sentinel_ = std::make_unique<TestServer>(TestServer::Options{
        .tcp = true,
        .config = fmt::format("sentinel monitor main 127.0.0.1 {} 1\nsentinel down-after-milliseconds main 500\n"
                              "sentinel failover-timeout main 2000\n",
                              primary_->endpoint().port)});
    sentinel_->command({"SENTINEL", "DEBUG", "info-period", "100", "ping-period", "100", "publish-period", "200"});
    wait_until("the Sentinel knows the replica", [&] {
      const Reply replicas = sentinel_->command({"SENTINEL", "REPLICAS", "main"});
      const auto shard = read_sentinel_of(replicas);
      return shard && shard->replicas.size() == 1;
    });
  }

  [[nodiscard]] Address address() const {
    return {.topology = Address::Topology::sentinel, .endpoints = {sentinel_->endpoint()}, .primary_name = "main"};
  }
  TestServer& primary() { return *primary_; }
  TestServer& replica() { return *replica_; }
  TestServer& sentinel() { return *sentinel_; }

 private:
  base::Result<Shard> read_sentinel_of(const Reply& replicas) {
    return read_sentinel(sentinel_->command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"}), replicas, {});
  }

  std::unique_ptr<TestServer> primary_;
  std::unique_ptr<TestServer> replica_;
  std::unique_ptr<TestServer> sentinel_;
};

// A Cluster of three primaries, the first of which has a replica.
class TestCluster {
 public:
  static constexpr std::size_t primaries = 3;

  TestCluster() {
    for (std::size_t i = 0; i <= primaries; ++i) nodes_.push_back(make_node());
    for (std::size_t i = 0; i < primaries; ++i) give_slots(i);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) meet(i, j);
    }
    wait_until("the nodes know each other", [&] {
      return all([&](const TestServer& node) {
        return node.info({"CLUSTER", "INFO"}, "cluster_known_nodes") == std::to_string(nodes_.size());
      });
    });
    const std::string first = node(0).command({"CLUSTER", "MYID"}).text;
    wait_until("the replica is one", [&] { return !replica().command({"CLUSTER", "REPLICATE", first}).is_error(); });
    wait_until("all is well", [&] {
      return replica().info({"INFO"}, "master_link_status") == "up" && all([](const TestServer& node) {
               const auto map = SlotMap::read(node.command({"CLUSTER", "SLOTS"}), node.endpoint(), {});
               return node.info({"CLUSTER", "INFO"}, "cluster_state") == "ok" && map &&
                      map->shards().size() == primaries && map->find(0)->replicas.size() == 1;
             });
    });
  }

  [[nodiscard]] Address address() const {
    Address address{.topology = Address::Topology::cluster};
    for (const auto& node : nodes_) address.endpoints.push_back(node->endpoint());
    return address;
  }
  // Of the slots, the i-th third.
  TestServer& node(std::size_t i) { return *nodes_.at(i); }
  TestServer& replica() { return *nodes_.back(); }

  // Some key of the i-th node.
  static std::string key_of(std::size_t node, std::string_view name = "key") {
    for (int i = 0;; ++i) {
      std::string key = fmt::format("{}{}", name, i);
      if (slot_of(key) / third == node) return key;
    }
  }

 private:
  static constexpr std::uint16_t third = slot_count / primaries + 1;

  static std::unique_ptr<TestServer> make_node() {
    return std::make_unique<TestServer>(
        TestServer::Options{.tcp = true,
                            .arguments = {"--cluster-node-timeout", "500", "--cluster-require-full-coverage", "no",
                                          "--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0",
                                          "--repl-ping-replica-period", "1"},
                            .cluster = true});
  }
  void give_slots(std::size_t i) {
    const auto last = std::min<std::size_t>((i + 1) * third, slot_count) - 1;
    node(i).command({"CLUSTER", "ADDSLOTSRANGE", std::to_string(i * third), std::to_string(last)});
    node(i).command({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
  }
  void meet(std::size_t i, std::size_t j) {
    const std::string bus = std::to_string(node(i).bus_port());
    node(j).command({"CLUSTER", "MEET", "127.0.0.1", std::to_string(node(i).endpoint().port), bus});
  }
  [[nodiscard]] bool all(const std::function<bool(const TestServer&)>& holds) const {
    return std::ranges::all_of(nodes_, [&](const auto& node) { return holds(*node); });
  }

  std::vector<std::unique_ptr<TestServer>> nodes_;
};

// Certificates by the openssl program: an authority, and what it has signed.
class TestAuthority {
 public:
  TestAuthority() { make("ca", {"-subj", "/CN=authority"}); }

  // NAME.crt and NAME.key, signed; `names` as in "DNS:localhost,IP:127.0.0.1".
  void sign(const std::string& name, const std::string& names) const {
    make(name, {"-subj", "/CN=" + name, "-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-addext",
                "subjectAltName=" + names});
  }
  [[nodiscard]] std::string file(std::string_view name) const { return folder_.file(name); }

 private:
  void make(const std::string& name, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"openssl",
                                          "req",
                                          "-x509",
                                          "-newkey",
                                          "ec",
                                          "-pkeyopt",
                                          "ec_paramgen_curve:P-256",
                                          "-nodes",
                                          "-days",
                                          "2",
                                          "-keyout",
                                          file(name + ".key"),
                                          "-out",
                                          file(name + ".crt")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (TestProgram(arguments, file("log")).wait() != 0) give_up("openssl makes no certificate");
  }

  TestFolder folder_;
};

// Clock, log, and a client of theirs.
class TestClient {
 public:
  explicit TestClient(
      ClientOptions options, base::Log::Sink sink = [](std::string_view) {})
      : log_(clock_, base::Log::Format::text, std::move(sink)) {
    auto client = Client::make(options, clock_, log_, [] { return 0.5; });
    if (!client) give_up(client.error().message);
    client_ = std::move(*client);
  }

  Client& operator*() { return *client_; }
  Client* operator->() { return client_.get(); }

 private:
  base::SystemClock clock_;
  base::Log log_;
  std::unique_ptr<Client> client_;
};

}  // namespace aureacore::redis
