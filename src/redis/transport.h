// Transport: bytes to and from one server, over TCP or a Unix socket, with or without TLS. Never blocks but in connect.
//
// One owner, one thread. Internal to this module.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"
#include "redis/address.h"
#include "redis/deadline.h"
#include "redis/resolver.h"
#include "redis/tls.h"

namespace aureacore::redis {

class Transport {
 public:
  // Blocks until connected, TLS included. Without a context: no TLS.
  static base::Result<std::unique_ptr<Transport>> connect(const Endpoint& endpoint, Resolver& resolver,
                                                          const TlsContext* tls, const Deadline& deadline);

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  // Whether what it has taken is still to be written.
  [[nodiscard]] bool has_output() const { return tls_ && tls_->has_output(); }

  // Writes what can be written without waiting; of the bytes given, how many it has taken.
  base::Result<std::size_t> write(std::string_view bytes);
  // Reads what is there, up to a limit. Errors: unavailable (closed).
  base::Status read(std::string& into);
  // Whether nothing has come since the last answer, not even the end. Only what is dead already is found out.
  [[nodiscard]] bool quiet() const;

 private:
  explicit Transport(base::Descriptor socket) : socket_(std::move(socket)) {}

  base::Status greet(const TlsContext& context, const std::string& host, const Deadline& deadline);
  base::Status flush();

  base::Descriptor socket_;
  std::optional<Tls> tls_;
};

}  // namespace aureacore::redis
