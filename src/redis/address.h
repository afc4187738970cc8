// Address: where Redis is, as it is configured.
//
//   redis://[user@]host[:port][/database]       one server
//   unix://[user@]/path                         one server, by its socket
//   redis+sentinel://[user@]host[:port],…/name[/database]
//   redis+cluster://[user@]host[:port],…
//
// With rediss for redis everything goes over TLS. A password never stands in an address. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aureacore::redis {

struct Endpoint {
  std::string host;  // a name, an address without brackets, or the absolute path of a socket
  std::uint16_t port = 0;

  [[nodiscard]] bool is_path() const { return host.starts_with('/'); }
  // "host:port", "[::1]:6379", or the path.
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct Address {
  enum class Topology : std::uint8_t { server, sentinel, cluster };

  Topology topology = Topology::server;
  bool tls = false;
  std::string user;                 // empty: the default user
  std::vector<Endpoint> endpoints;  // the server, the Sentinels, or some nodes of the Cluster
  std::string primary_name;         // what the Sentinels call it
  std::uint32_t database = 0;

  // As it was written, without the user: for logs.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Address&, const Address&) = default;
};

// Errors: invalid, too_large. A message never repeats what may be a password.
base::Result<Address> parse_address(std::string_view text);

// "host:port" with a port, as servers tell each other's addresses: "[::1]:6379" and "::1:6379" too.
base::Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace aureacore::redis
