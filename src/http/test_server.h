// For tests: a server on a free loopback port with a handler given as a function, and a blocking client that can
// misbehave.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "http/server.h"

namespace aureacore::http {

// Answers by the function given; refusals as "<status> <why>" in the body.
class FunctionHandler : public Handler {
 public:
  using Function = std::function<void(const Request&, Response&)>;

  explicit FunctionHandler(Function function) : function_(std::move(function)) {}
  void handle(const Request& request, Response& response) override { function_(request, response); }
  void refuse(int status, std::string_view why, Response& response) override {
    response.start(status);
    response.send({std::to_string(status), " ", why});
  }

 private:
  Function function_;
};

// Says which method, path, query and body came.
inline void echo(const Request& request, Response& response) {
  response.start(200);
  response.header("Content-Type", "text/plain");
  response.send({request.method_name, " ", request.path, " ", request.query, " ", request.body});
}

// By the transport that the environment names: the tests run once with what the machine has, and once with epoll.
inline std::unique_ptr<Server> serve(const FunctionHandler::Function& function, ServerOptions options = {}) {
  options.port = 0;
  if (const char* const transport = std::getenv("AUREACORE_TEST_TRANSPORT")) {
    options.transport = parse_transport_kind(transport).value();
  }
  auto server = Server::bind(options, [&function](unsigned) { return std::make_unique<FunctionHandler>(function); });
  if (!server) {
    ADD_FAILURE() << server.error().message;
    return nullptr;
  }
  (*server)->start();
  return std::move(*server);
}

inline std::string get(std::string_view path, std::string_view fields = {}) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: test\r\n{}\r\n", path, fields);
}

class Client {
 public:
  static constexpr int patience_ms = 20'000;  // a test that waits longer has failed

  Client() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  // A small receive buffer makes a slow reader felt early.
  explicit Client(std::uint16_t port, int receive_buffer = 0) : Client() {
    if (receive_buffer != 0) {
      setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    connect(port);
  }

  void connect(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    refused_ = !connected_ && errno == ECONNREFUSED;
  }

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] bool connected() const { return connected_; }
  // Nobody listens. (Who connects just as a listener closes is reset instead, and another may still listen.)
  [[nodiscard]] bool refused() const { return refused_; }

  // False when the server is gone.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // One answer: its head in head(), its body returned. `bodiless` for answers to HEAD.
  std::string read(bool bodiless = false) {
    const auto end = fill_until("\r\n\r\n");
    if (end == std::string::npos) return "(no answer)";
    head_ = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    if (bodiless || status() == 204 || status() == 304 || status() < 200) return {};
    if (field("Transfer-Encoding") == "chunked") return read_chunks();
    const std::string length = field("Content-Length");
    return length.empty() ? read_rest() : take(std::stoul(length));
  }

  // All until the server closes.
  std::string read_rest() {
    while (fill()) {
    }
    return std::exchange(buffer_, {});
  }

  // Whether the server closed with nothing more sent.
  bool closed() { return buffer_.empty() && !fill() && !timed_out_; }

  [[nodiscard]] const std::string& head() const { return head_; }
  [[nodiscard]] int status() const { return head_.size() < 12 ? 0 : std::stoi(head_.substr(9, 3)); }
  [[nodiscard]] std::string field(std::string_view name) const {
    const std::string start = fmt::format("\r\n{}: ", name);
    const auto at = head_.find(start);
    if (at == std::string::npos) return {};
    const auto begin = at + start.size();
    return head_.substr(begin, head_.find("\r\n", begin) - begin);
  }

  std::string ask(std::string_view request) {
    write(request);
    return read();
  }

  // Waits that long for something to read; true: there is nothing yet.
  bool waits(std::chrono::milliseconds time) {
    pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    return buffer_.empty() && ::poll(&wanted, 1, static_cast<int>(time.count())) == 0;
  }

  void end_output() { shutdown(socket_.get(), SHUT_WR); }
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    socket_.close();
  }

 private:
  bool fill() {
    pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    timed_out_ = ::poll(&wanted, 1, patience_ms) == 0;
    if (timed_out_) return false;
    char bytes[16384];
    const ssize_t count = recv(socket_.get(), bytes, sizeof(bytes), 0);
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  std::size_t fill_until(std::string_view mark) {
    for (;;) {
      if (const auto at = buffer_.find(mark); at != std::string::npos) return at;
      if (!fill()) return std::string::npos;
    }
  }

  std::string take(std::size_t count) {
    while (buffer_.size() < count && fill()) {
    }
    const std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  std::string read_chunks() {
    std::string body;
    for (;;) {
      const auto end = fill_until("\r\n");
      if (end == std::string::npos) return body + "(cut)";
      const std::size_t size = std::stoul(take(end + 2), nullptr, 16);
      const std::string piece = take(size + 2);
      if (piece.size() != size + 2) return body + "(cut)";
      if (size == 0) return body;
      body.append(piece, 0, size);
    }
  }

  base::Descriptor socket_;
  std::string buffer_;
  std::string head_;
  bool connected_ = false;
  bool refused_ = false;
  bool timed_out_ = false;
};

}  // namespace aureacore::http
