// EpollTransport: readiness by epoll, bytes by recv and send.
//
// Everything is edge-triggered and registered once, so a request costs one receive, one send and its share of one wait.
// After a receive that brought less than asked for the socket is empty: another would be wasted.
#pragma once

#include <memory>

#include "http/transport.h"

namespace aureacore::http {

class EpollTransport final : public Transport {
 public:
  static constexpr int events_at_once = 256;

  static base::Result<std::unique_ptr<Transport>> make();

  [[nodiscard]] TransportKind kind() const override { return TransportKind::epoll; }
  bool watch(const base::Descriptor& descriptor, Signal signal) override;
  void unwatch(Signal) override {}  // closing the descriptor says it
  void begin() override {}
  bool open(Connection& connection) override;
  void wait(Events& events, bool block) override;
  Receipt receive(Connection& connection, std::span<char>& bytes) override;
  bool send(Connection& connection, Output& out) override;
  void close(std::unique_ptr<Connection> connection) override;
  void end() override {}

 private:
  explicit EpollTransport(base::Descriptor poll);
  bool add(const base::Descriptor& descriptor, std::uint32_t events, std::uint64_t tag);

  base::Descriptor poll_;
  std::unique_ptr<char[]> input_;
};

}  // namespace aureacore::http
