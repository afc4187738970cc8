// A plain blocking HTTP client for what is not measured by load: readiness, warm-up look-ups, bodies to compare with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/socket.h"

namespace aureacore::bench {

struct HttpAnswer {
  int status = 0;
  std::string head;
  std::string body;
};

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : socket_(connect_loopback(port)) {}

  HttpAnswer get(std::string_view path);
  // Sends a whole request and reads its answer; throws Failure where none comes.
  HttpAnswer exchange(std::string_view request);

 private:
  void receive_more();
  std::string take(std::size_t count);
  std::string take_line();
  std::string take_chunks();

  Socket socket_;
  std::string received_;
};

}  // namespace aureacore::bench
