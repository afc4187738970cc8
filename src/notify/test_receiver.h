// For tests: a receiver on a free loopback port that answers what it is told to and keeps what it was sent.
#pragma once

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "base/descriptor.h"
#include "base/text.h"

namespace aureacore::notify {

class Receiver {
 public:
  // Gives the whole answer; empty: none, ever.
  using Answer = std::function<std::string(const std::string& request)>;

  static std::string status(int status, std::string_view fields = {}) {
    return fmt::format("HTTP/1.1 {} Test\r\nContent-Length: 0\r\nConnection: close\r\n{}\r\n", status, fields);
  }

  explicit Receiver(Answer answer) : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    std::ignore = ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_.get(), 16);
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Receiver() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  std::vector<std::string> requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (;;) {
      const base::Descriptor client(::accept(socket_.get(), nullptr, nullptr));
      if (!client.is_open()) return;
      const std::string request = read(client.get());
      if (request.empty()) continue;
      {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(request);
      }
      const std::string answer = answer_(request);
      if (answer.empty()) {
        kept_.emplace_back(::dup(client.get()));
      } else {
        ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      }
    }
  }

  static std::string read(int client) {
    std::string request;
    char bytes[4096];
    for (;;) {
      const auto end = request.find("\r\n\r\n");
      if (end != std::string::npos && request.size() >= end + 4 + length(request.substr(0, end))) return request;
      const ssize_t count = ::recv(client, bytes, sizeof(bytes), 0);
      if (count <= 0) return {};
      request.append(bytes, static_cast<std::size_t>(count));
    }
  }
  static std::size_t length(const std::string& head) {
    const auto at = base::lower(head).find("content-length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  const Answer answer_;
  base::Descriptor socket_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_
  std::vector<base::Descriptor> kept_;
  std::thread thread_;
};

}  // namespace aureacore::notify
