// A server for tests on a free port of the loopback: hands each connection to a function, and ends with its scope.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "git/channel.h"

namespace aureacore::git {

class TestServer {
 public:
  // Gets a connection that closes when it returns.
  using Handler = std::function<void(int connection)>;

  explicit TestServer(Handler handler)
      : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) std::abort();
    ::listen(listener_.get(), SOMAXCONN);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() { ::shutdown(listener_.get(), SHUT_RDWR); }

  [[nodiscard]] std::string url(std::string_view scheme, std::string_view path) const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

 private:
  void serve() {
    while (true) {
      const base::Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.is_open()) return;
      handler_(connection.get());
    }
  }

  Handler handler_;
  base::Descriptor listener_;
  int port_ = 0;
  std::jthread thread_;
};

inline void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

// Until the other side closes.
inline std::string receive_until_closed(int connection) {
  std::string text;
  std::string buffer(4096, '\0');
  for (ssize_t count = 0; (count = ::recv(connection, buffer.data(), buffer.size(), 0)) > 0;) {
    text.append(buffer, 0, static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace aureacore::git
