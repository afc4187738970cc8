#include "redis/subscription.h"

#include <poll.h>

#include <array>

#include "redis/listener.h"
#include "redis/waiter.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Status;

constexpr resilience::Backoff reconnect_pauses = {
    .floor = std::chrono::milliseconds(20), .base = std::chrono::milliseconds(200), .cap = std::chrono::seconds(5)};

// Bytes that wait to be written on a connection.
Status write_all(Transport& transport, std::string_view bytes, const Deadline& deadline) {
  Waiter waiter(deadline);
  while (true) {
    const auto count = transport.write(bytes);
    if (!count) return std::unexpected(count.error());
    bytes.remove_prefix(*count);
    if (bytes.empty() && !transport.has_output()) return {};
    std::array wait = {pollfd{.fd = transport.descriptor(), .events = POLLOUT, .revents = 0}};
    if (auto status = waiter.wait(wait); !status) return status;
  }
}

}  // namespace

Subscription::Subscription(Client& client, std::string channel, Events events)
    : client_(client),
      channel_(std::move(channel)),
      events_(std::move(events)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Subscription::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Status status = listen(stop);
    stands_ = false;
    if (stop.stop_requested()) return;
    lost(status ? base::Error{Code::internal, "it ended"} : status.error());
    Waiter(Deadline::in(reconnect_pauses.delay(failures_, client_.context().random), stop)).pause();
  }
}

// Said once, however long it lasts.
void Subscription::lost(const base::Error& error) {
  if (++failures_ > 1) return;
  client_.context().log.warning("redis subscription lost",
                                {{"redis", client_.name()}, {"channel", channel_}, {"error", error.message}});
}

Status Subscription::listen(const std::stop_token& stop) {
  const auto connection = client_.open_listener(Deadline::in(client_.context().dialer.limits.connect_time, stop));
  if (!connection) return std::unexpected(connection.error());
  const Status status = listen_on(**connection, stop);
  return status ? status : std::unexpected(status.error().in((*connection)->endpoint().text()));
}

Status Subscription::listen_on(Connection& connection, const std::stop_token& stop) {
  const Limits& limits = client_.context().dialer.limits;
  Listener listener(channel_, limits);
  Transport& transport = connection.transport();
  std::string say = listener.subscribe();
  std::string received;
  while (true) {
    const auto said_at = Deadline::now();
    if (auto status = write_all(transport, say, Deadline::in(limits.ping_time, stop)); !status) return status;
    // The answer, and then whatever comes until the next PING is due.
    bool answered = false;
    while (!answered || Deadline::now() < said_at + limits.ping_interval) {
      const auto until = said_at + (answered ? base::Duration(limits.ping_interval) : base::Duration(limits.ping_time));
      std::array wait = {pollfd{.fd = transport.descriptor(), .events = POLLIN, .revents = 0}};
      if (auto status = Waiter({until, stop}).wait(wait); !status) {
        if (answered && !stop.stop_requested()) break;
        return status;
      }
      received.clear();
      const Status read = transport.read(received);
      if (auto status = tell(received, listener); !status) return status;
      if (!read) return read;
      answered = true;
    }
    if (!client_.hears(connection.endpoint())) return fail(Code::unavailable, "it is no primary any more");
    say = Listener::ping();
  }
}

Status Subscription::tell(const std::string& received, Listener& listener) {
  const auto heard = listener.receive(received);
  if (!heard) return std::unexpected(heard.error());
  if (heard->subscribed) {
    if (failures_ > 0) client_.context().log.info("redis subscription stands again", {{"channel", channel_}});
    failures_ = 0;
    stands_ = true;
    ++beginnings_;
    events_.missed();
  }
  for (const std::string& message : heard->messages) events_.message(message);
  return {};
}

}  // namespace aureacore::redis
