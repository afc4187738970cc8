// Watchers: many connections to the stream of changes, read by one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/socket.h"

namespace aureacore::bench {

class Watchers {
 public:
  // Connects, asks, and waits until each has been told that it is up to date; throws Failure where one is not.
  Watchers(std::uint16_t port, std::size_t count, std::string_view path);

  // Waits until each has had one more event of a change; answers when the last had it. Throws Failure where the limit passes.
  std::chrono::steady_clock::time_point wait_for_change(std::chrono::seconds limit);

 private:
  struct Watcher {
    Socket socket;
    std::string rest;  // received, without what was looked for in it yet
    std::size_t found = 0;
  };

  void wait_for(std::string_view mark, std::size_t times, std::chrono::seconds limit);
  bool read(Watcher& watcher, std::string_view mark, std::size_t times);

  std::vector<Watcher> watchers_;
  Socket poll_;
  std::size_t changes_ = 0;
};

}  // namespace aureacore::bench
