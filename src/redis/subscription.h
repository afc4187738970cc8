// Subscription: hears what is published on one channel, on a thread of its own, for as long as the object lives.
//
// Pub/sub forgets: what is published while a connection is down, or was dropped without a word, is lost. So a PING goes
// out every few seconds and a connection that doesn't answer is given up, and whenever the subscription stands (again),
// `missed` is called: from then on messages are heard, what came before is to be looked for elsewhere. With Sentinel, a
// connection to what is no primary any more is given up too.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "redis/client.h"

namespace aureacore::redis {

class Subscription {
 public:
  // Called on the subscription's thread, which hears nothing meanwhile.
  struct Events {
    std::function<void(std::string_view message)> message;
    std::function<void()> missed;
  };

  // The client must outlive it.
  Subscription(Client& client, std::string channel, Events events);

  // Whether messages are heard just now.
  [[nodiscard]] bool stands() const { return stands_; }
  // How often it came to stand.
  [[nodiscard]] std::uint64_t beginnings() const { return beginnings_; }

 private:
  void run(const std::stop_token& stop);
  base::Status listen(const std::stop_token& stop);
  base::Status listen_on(Connection& connection, const std::stop_token& stop);
  base::Status tell(const std::string& received, class Listener& listener);
  void lost(const base::Error& error);

  Client& client_;
  std::string channel_;
  Events events_;
  std::atomic<bool> stands_ = false;
  std::atomic<std::uint64_t> beginnings_ = 0;
  std::uint32_t failures_ = 0;  // in a row
  std::jthread thread_;         // last: ends before what it uses
};

}  // namespace aureacore::redis
