// For tests: a client that speaks HTTP, one request a connection.
#pragma once

#include <arpa/inet.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "base/text.h"

namespace aureacore::server {

// One request on a connection of its own; the whole answer.
inline std::string ask(std::uint16_t port, std::string_view target, const std::string& method = "GET",
                       const std::string& body = {}) {
  const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}", method,
                    target, body.size(), body);
    EXPECT_EQ(::send(connection, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    std::array<char, 16384> buffer{};
    for (ssize_t got = 0; (got = ::recv(connection, buffer.data(), buffer.size(), 0)) > 0;) {
      answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  ::close(connection);
  return answer;
}

inline std::string header(const std::string& answer, std::string_view name) {
  const auto head = answer.substr(0, answer.find("\r\n\r\n"));
  for (const auto line : base::split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !base::equal_ignoring_case(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    if (value.ends_with('\r')) value.remove_suffix(1);
    return std::string(base::trim(value));
  }
  return {};
}

}  // namespace aureacore::server
