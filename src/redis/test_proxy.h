// For tests: what stands between a client and a server and spoils things, and servers that are none.
#pragma once

#include <poll.h>

#include <atomic>
#include <mutex>

#include "redis/testing.h"

namespace aureacore::redis {

// A listener on the loopback that hands each connection to a function, on a thread of its own.
class TestPeer {
 public:
  // Gets a connection that closes when it returns, and a token that asks it to.
  using Handler = std::function<void(int connection, const std::stop_token& stop)>;

  explicit TestPeer(Handler handler)
      : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) give_up("no free port");
    ::listen(listener_.get(), SOMAXCONN);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    endpoint_ = {"127.0.0.1", ntohs(address.sin_port)};
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  TestPeer(const TestPeer&) = delete;
  TestPeer& operator=(const TestPeer&) = delete;
  ~TestPeer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.request_stop();
  }

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] Address address() const { return {.endpoints = {endpoint_}}; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve(const std::stop_token& stop) {
    std::vector<std::jthread> threads;
    while (true) {
      base::Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.is_open()) return;
      ++connections_;
      threads.emplace_back([this, stop, connection = std::move(connection)] { handler_(connection.get(), stop); });
    }
  }

  Handler handler_;
  base::Descriptor listener_;
  Endpoint endpoint_;
  std::atomic<int> connections_ = 0;
  std::jthread thread_;
};

// Waits a little; whether there is something to read.
inline bool readable(int connection) {
  constexpr int milliseconds = 5;
  pollfd wait{.fd = connection, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, milliseconds) > 0;
}

// Greets as a server does and then says this to each thing that comes, once.
inline TestPeer::Handler says(std::string bytes) {
  return [bytes](int connection, const std::stop_token& stop) {
    std::array<char, 4096> buffer{};
    std::string answer = "+OK\r\n";
    while (!stop.stop_requested()) {
      if (!readable(connection)) continue;
      if (::recv(connection, buffer.data(), buffer.size(), 0) <= 0) return;
      ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (bytes.empty()) return;
      answer = bytes;
    }
  };
}

// Passes everything on between its clients and a server, until it is told otherwise.
class TestProxy {
 public:
  explicit TestProxy(Endpoint server)
      : server_(std::move(server)),
        peer_([this](int connection, const std::stop_token& stop) { pass(connection, stop); }) {}

  [[nodiscard]] const Endpoint& endpoint() const { return peer_.endpoint(); }
  [[nodiscard]] Address address() const { return peer_.address(); }
  [[nodiscard]] int connections() const { return peer_.connections(); }

  // Of all that the server says from now on.
  void delay(std::chrono::milliseconds by) { delay_ = by; }
  // The connections that there are stay open, and nothing passes through them any more.
  void drop_silently() { ++generation_; }

 private:
  void pass(int client, const std::stop_token& stop) {
    const int generation = generation_;
    const base::Descriptor server = connect();
    std::array<char, 65536> buffer{};
    while (!stop.stop_requested()) {
      std::array waits = {pollfd{.fd = client, .events = POLLIN, .revents = 0},
                          pollfd{.fd = server.get(), .events = POLLIN, .revents = 0}};
      constexpr int milliseconds = 5;
      if (::poll(waits.data(), waits.size(), milliseconds) <= 0) continue;
      if (generation != generation_) {
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        continue;
      }
      if (waits[0].revents != 0 && !forward(client, server.get(), buffer)) return;
      if (waits[1].revents == 0) continue;
      std::this_thread::sleep_for(delay_.load());
      if (!forward(server.get(), client, buffer)) return;
    }
  }

  static bool forward(int from, int to, std::array<char, 65536>& buffer) {
    const ssize_t count = ::recv(from, buffer.data(), buffer.size(), 0);
    return count > 0 && ::send(to, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
  }

  [[nodiscard]] base::Descriptor connect() const {
    base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) socket.close();
    return socket;
  }

  Endpoint server_;
  std::atomic<std::chrono::milliseconds> delay_ = std::chrono::milliseconds(0);
  std::atomic<int> generation_ = 0;
  TestPeer peer_;
};

}  // namespace aureacore::redis
