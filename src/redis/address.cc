#include "redis/address.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/text.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::size_t max_address_bytes = 2048;
constexpr std::size_t max_endpoints = 32;
constexpr std::size_t max_host_bytes = 255;
constexpr std::size_t max_path_bytes = 107;  // what the kernel takes for a socket
constexpr std::size_t max_name_bytes = 255;
constexpr std::uint64_t max_database = 1'000'000;
constexpr std::uint16_t server_port = 6379;
constexpr std::uint16_t sentinel_port = 26379;
constexpr std::size_t shown_of_address = 80;

constexpr std::string_view hexadecimal = "0123456789abcdefABCDEF";
constexpr std::string_view alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_control_or_space(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }

bool only(std::string_view text, std::string_view allowed, std::string_view also) {
  return std::ranges::all_of(text, [&](char c) { return allowed.contains(c) || also.contains(c); });
}

struct Scheme {
  std::string_view name;
  Address::Topology topology;
  bool tls;
};
constexpr std::array schemes = {Scheme{"redis", Address::Topology::server, false},
                                Scheme{"rediss", Address::Topology::server, true},
                                Scheme{"redis+sentinel", Address::Topology::sentinel, false},
                                Scheme{"rediss+sentinel", Address::Topology::sentinel, true},
                                Scheme{"redis+cluster", Address::Topology::cluster, false},
                                Scheme{"rediss+cluster", Address::Topology::cluster, true}};

// The text stays out of these messages: it may hold a password.
Status check_text(std::string_view text) {
  if (text.size() > max_address_bytes) {
    return fail(Code::too_large, "expected a cache address of at most {} bytes, found {}", max_address_bytes,
                text.size());
  }
  if (std::ranges::any_of(text, is_control_or_space) || !base::is_utf8(text)) {
    return fail(Code::invalid, "a cache address must be UTF-8 without spaces and control characters");
  }
  if (text.find_first_of("?#") != std::string_view::npos) {
    return fail(Code::invalid, "a cache address must have no '?' and no '#'");
  }
  return {};
}

Status check_host(std::string_view host) {
  const bool is_address = host.contains(':');
  const bool ok = is_address ? only(host, hexadecimal, ":.") : only(host, alphanumeric, ".-_");
  if (!host.empty() && host.size() <= max_host_bytes && !host.starts_with('-') && ok) return {};
  return fail(Code::invalid, "expected a host name or address in the cache address, found '{}'",
              base::printable(host, shown_of_address));
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto port = base::parse_number(text);
  if (port && *port > 0 && *port <= std::numeric_limits<std::uint16_t>::max()) return static_cast<std::uint16_t>(*port);
  return fail(Code::invalid, "expected a port from 1 to 65535 in the cache address, found '{}'",
              base::printable(text, shown_of_address));
}

Result<Endpoint> make_endpoint(std::string_view host, std::string_view port) {
  if (auto status = check_host(host); !status) return std::unexpected(status.error());
  const auto number = parse_port(port);
  if (!number) return std::unexpected(number.error());
  return Endpoint{std::string(host), *number};
}

// host, host:port, [address], [address]:port.
Result<Endpoint> parse_host(std::string_view text, std::string_view usual_port) {
  std::size_t end = text.find(':');
  std::string_view host = text.substr(0, end);
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return fail(Code::invalid, "expected a ']' in the cache address, found none");
    host = text.substr(1, end - 1);
    ++end;
    if (!host.contains(':')) return fail(Code::invalid, "expected an IPv6 address in brackets in the cache address");
  }
  const std::string_view rest = text.substr(std::min(end, text.size()));
  if (!rest.empty() && rest.front() != ':') return fail(Code::invalid, "expected a ':' behind a host's ']'");
  return make_endpoint(host, rest.empty() ? usual_port : rest.substr(1));
}

// Takes "user@" from the front.
Result<std::string> take_user(std::string_view& text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return std::string();
  const std::string_view user = text.substr(0, at);
  text.remove_prefix(at + 1);
  if (user.contains(':') || text.contains('@')) {
    return fail(Code::invalid,
                "the cache address holds a password: give it in the environment variable AUREACORE_CACHE_PASSWORD or "
                "in a file instead, and the user alone in the address");
  }
  auto decoded = base::percent_decode(user, false);
  if (!decoded || decoded->empty() || std::ranges::any_of(*decoded, is_control_or_space)) {
    return fail(Code::invalid, "expected a user before '@' in the cache address");
  }
  return std::move(*decoded);
}

Status parse_hosts(std::string_view text, Address& address) {
  const std::string usual =
      std::to_string(address.topology == Address::Topology::sentinel ? sentinel_port : server_port);
  for (const std::string_view host : base::split(text, ',')) {
    auto endpoint = parse_host(host, usual);
    if (!endpoint) return std::unexpected(endpoint.error());
    address.endpoints.push_back(std::move(*endpoint));
  }
  if (address.topology == Address::Topology::server && address.endpoints.size() > 1) {
    return fail(Code::invalid,
                "expected one host in the cache address, found {}: several need redis+sentinel:// or redis+cluster://",
                address.endpoints.size());
  }
  if (address.endpoints.size() <= max_endpoints) return {};
  return fail(Code::too_large, "expected at most {} hosts in the cache address, found {}", max_endpoints,
              address.endpoints.size());
}

Status parse_database(std::string_view text, Address& address) {
  const auto number = base::parse_number(text);
  if (!number || *number > max_database) {
    return fail(Code::invalid, "expected a database's number in the cache address, found '{}'",
                base::printable(text, shown_of_address));
  }
  address.database = static_cast<std::uint32_t>(*number);
  return {};
}

// What stands behind the hosts, without its first '/'.
Status parse_path(std::string_view path, Address& address) {
  if (address.topology == Address::Topology::cluster) {
    return path.empty() ? Status()
                        : fail(Code::invalid, "a Cluster has no databases: expected nothing behind its hosts");
  }
  if (address.topology == Address::Topology::sentinel) {
    const std::string_view name = path.substr(0, path.find('/'));
    if (name.empty() || name.size() > max_name_bytes || !only(name, alphanumeric, ".-_")) {
      return fail(Code::invalid, "expected the primary's name behind the Sentinels' hosts: redis+sentinel://host/name");
    }
    address.primary_name = name;
    path.remove_prefix(std::min(name.size() + 1, path.size()));
  }
  return path.empty() ? Status() : parse_database(path, address);
}

Result<Address> parse_unix(std::string_view rest) {
  Address address;
  if (!rest.starts_with('/')) {
    auto user = take_user(rest);
    if (!user) return std::unexpected(user.error());
    address.user = std::move(*user);
  }
  if (!rest.starts_with('/') || rest.ends_with('/') || rest.size() > max_path_bytes) {
    return fail(Code::invalid, "expected the absolute path of a socket, of at most {} bytes, behind unix://",
                max_path_bytes);
  }
  address.endpoints.push_back({.host = std::string(rest)});
  return address;
}

}  // namespace

std::string Endpoint::text() const {
  if (is_path()) return host;
  return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string Address::text() const {
  if (endpoints.size() == 1 && endpoints[0].is_path()) return "unix://" + endpoints[0].host;
  const auto* scheme = std::ranges::find_if(
      schemes, [&](const Scheme& known) { return known.topology == topology && known.tls == tls; });
  std::string text = fmt::format("{}://", scheme->name);
  for (const Endpoint& endpoint : endpoints) {
    if (&endpoint != endpoints.data()) text += ',';
    text += endpoint.text();
  }
  if (!primary_name.empty()) text += '/' + primary_name;
  if (database != 0) text += '/' + std::to_string(database);
  return text;
}

Result<Address> parse_address(std::string_view text) {
  if (auto status = check_text(text); !status) return std::unexpected(status.error());
  const std::size_t separator = text.find("://");
  const std::string_view name = text.substr(0, separator);
  std::string_view rest = separator == std::string_view::npos ? "" : text.substr(separator + 3);
  if (name == "unix") return parse_unix(rest);
  const auto* scheme = std::ranges::find(schemes, name, &Scheme::name);
  if (separator == std::string_view::npos || scheme == schemes.end()) {
    return fail(Code::invalid,
                "expected a cache address that begins with redis://, rediss://, unix://, redis+sentinel:// or "
                "redis+cluster://");
  }
  Address address{.topology = scheme->topology, .tls = scheme->tls};
  auto user = take_user(rest);
  if (!user) return std::unexpected(user.error());
  address.user = std::move(*user);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  if (auto status = parse_hosts(rest.substr(0, slash), address); !status) return std::unexpected(status.error());
  if (auto status = parse_path(rest.substr(std::min(slash + 1, rest.size())), address); !status) {
    return std::unexpected(status.error());
  }
  return address;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return fail(Code::invalid, "expected host:port, found '{}'", base::printable(text, shown_of_address));
  }
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return make_endpoint(host, text.substr(colon + 1));
}

}  // namespace aureacore::redis
