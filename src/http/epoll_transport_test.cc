#include "http/epoll_transport.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/connection.h"
#include "http/test_server.h"

namespace aureacore::http {
namespace {

class Counted final : public Transport::Events {
 public:
  void woke() override {}
  void signalled(Transport::Signal /*signal*/) override {}
  void ready(Connection& /*connection*/) override { ++told; }
  void sent(Connection& /*connection*/) override {}
  void failed(Connection& /*connection*/) override { ++told; }
  int told = 0;
};

// As a child process has one between its fork and its exec.
TEST(EpollTransport, SaysNothingOfAClosedConnectionWhoseDescriptorHasACopy) {
  FunctionHandler handler(echo);
  WorkerCounters counters;
  Session::Shared shared(handler, {}, counters);
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const base::Descriptor client(ends[1]);
  auto connection = std::make_unique<Connection>(base::Descriptor(ends[0]), shared, Peer());
  const base::Descriptor copy(dup(ends[0]));
  const auto transport = EpollTransport::make().value();
  ASSERT_TRUE(transport->open(*connection));
  Counted events;
  transport->wait(events, false);
  EXPECT_EQ(events.told, 1) << "it can be written to";
  transport->close(std::move(connection));
  ASSERT_EQ(write(client.get(), "x", 1), 1);
  transport->wait(events, false);
  EXPECT_EQ(events.told, 1);
}

}  // namespace
}  // namespace aureacore::http
