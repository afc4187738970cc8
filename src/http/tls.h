// TLS on the side of the server, by OpenSSL: between the bytes of a socket and those of a session; it touches no socket itself.
//
// A TlsSlot holds what new connections are greeted with; it can be replaced at any time, and connections that are open keep
// what they began with.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "http/output.h"

namespace aureacore::http {

struct TlsOptions {
  std::string certificate_file;  // with its chain
  std::string key_file;
  std::string client_ca_file;        // empty: clients aren't asked for certificates
  bool client_must_have_one = true;  // where there is a client_ca_file

  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

// Immutable; any thread.
class TlsContext {
 public:
  // TLS 1.2 and later. Errors: invalid, with the file.
  static base::Result<std::shared_ptr<const TlsContext>> load(const TlsOptions& options);

  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }
  // When the certificate ends.
  [[nodiscard]] base::WallTime ends() const { return ends_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
  base::WallTime ends_;
};

// Any thread.
class TlsSlot {
 public:
  explicit TlsSlot(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {}

  void set(std::shared_ptr<const TlsContext> context) {
    const std::scoped_lock lock(mutex_);
    context_ = std::move(context);
  }
  // Asked once for each connection.
  [[nodiscard]] std::shared_ptr<const TlsContext> get() const {
    const std::scoped_lock lock(mutex_);
    return context_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> context_;  // guarded by mutex_
};

// One connection's. Its worker's thread.
class Tls {
 public:
  enum class Outcome : std::uint8_t {
    open,     // goes on
    ended,    // the client sends no more
    failed,   // nothing more can be had from it; what it is to be told is ready for take()
    not_tls,  // it speaks HTTP without TLS
  };

  // Null: no memory is left.
  static std::unique_ptr<Tls> make(const TlsContext& context);

  // Takes what came from the socket; what that holds for the session is appended to `plain`.
  Outcome receive(std::span<const char> bytes, Output& plain);
  // Takes all of `plain` and appends what is to be sent, and what else is, to `out`. False: it failed.
  bool send(Output& plain, Output& out);
  // Tells the client that nothing more comes; once.
  void end();

  // Whether the greeting is over: nothing is sent before.
  [[nodiscard]] bool ready() const { return SSL_is_init_finished(session_.get()) == 1; }

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };
  Outcome judge(int outcome);
  void take(Output& out);

  std::unique_ptr<SSL, Free> session_;
  BIO* out_ = nullptr;  // the session's
  bool broken_ = false;
  bool ended_ = false;
};

}  // namespace aureacore::http
