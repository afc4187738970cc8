#include "server/notifier.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <map>

namespace aureacore::server {
namespace {

using namespace std::chrono_literals;

using Variables = std::map<std::string, std::string>;

Notifier notifier(const Variables& variables) {
  return Notifier([&](const std::string& name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional(at->second);
  });
}

// What the service manager has open.
class Manager {
 public:
  Manager() : name_(fmt::format("@aureacore-notifier-test-{}", ::getpid())) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() { ::close(socket_); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string heard() const {
    std::array<char, 500> buffer{};
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return got < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(got));
  }

 private:
  std::string name_;
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST(Notifier, TellsTheManagerEachState) {
  const Manager manager;
  const Notifier told = notifier({{"NOTIFY_SOCKET", manager.name()}});
  told.ready("serving 3 entities");
  EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=serving 3 entities");
  told.reloading(base::SteadyTime(1500us));
  EXPECT_EQ(manager.heard(), "RELOADING=1\nMONOTONIC_USEC=1500");
  told.alive();
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
  told.stopping();
  EXPECT_EQ(manager.heard(), "STOPPING=1");
  EXPECT_EQ(manager.heard(), "nothing");
}

TEST(Notifier, DoesNothingWhereNobodyListens) {
  for (const std::string& name : {std::string(), std::string("relative"), std::string("/nowhere/at/all"),
                                  std::string("@nobody"), std::string(200, '/')}) {
    notifier({{"NOTIFY_SOCKET", name}}).ready("x");
  }
  notifier({}).stopping();
}

TEST(Notifier, AsksForTheWatchdogsTimeWhereItIsMeantForThisProcess) {
  EXPECT_EQ(notifier({{"WATCHDOG_USEC", "30000000"}}).watchdog(), 15s);
  EXPECT_EQ(notifier({{"WATCHDOG_USEC", "4"}, {"WATCHDOG_PID", std::to_string(::getpid())}}).watchdog(), 2us);
  EXPECT_FALSE(notifier({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}).watchdog());
  EXPECT_FALSE(notifier({{"WATCHDOG_USEC", "0"}}).watchdog());
  EXPECT_FALSE(notifier({{"WATCHDOG_USEC", "soon"}}).watchdog());
  EXPECT_FALSE(notifier({}).watchdog());
}

}  // namespace
}  // namespace aureacore::server
