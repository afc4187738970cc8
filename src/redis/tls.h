// TLS as a filter between a connection's bytes and a socket's, by OpenSSL; it touches no socket itself.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aureacore::redis {

struct TlsOptions {
  std::string ca_file;           // empty: the system's
  std::string certificate_file;  // of the client, with its chain; empty: none
  std::string key_file;
  std::string server_name;  // what the server's certificate must name; empty: the host that was asked for
};

// What the connections to one Redis have in common. Immutable, copies share it: any thread.
class TlsContext {
 public:
  // TLS 1.2 and later; the server's certificate and its name are always checked. Errors: invalid, with the file.
  static base::Result<TlsContext> load(const TlsOptions& options);

  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }
  // What the certificate of `host` must name.
  [[nodiscard]] const std::string& name_for(const std::string& host) const {
    return server_name_.empty() ? host : server_name_;
  }

 private:
  std::shared_ptr<SSL_CTX> context_;
  std::string server_name_;
};

// One connection's. One owner, one thread.
class Tls {
 public:
  static base::Result<Tls> start(const TlsContext& context, const std::string& host);

  // Takes bytes from the socket; what they hold for us is appended to `plain`. Errors: denied (a certificate),
  // unavailable (the other side has ended it).
  base::Status receive(std::string_view bytes, std::string& plain);
  base::Status send(std::string_view plain);

  // Whether the greeting is over: nothing may be sent before.
  [[nodiscard]] bool ready() const;
  // What is to be written to the socket; the caller takes from its front.
  [[nodiscard]] std::string& output() { return output_; }
  [[nodiscard]] bool has_output() const { return !output_.empty(); }

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };
  base::Status greet();
  base::Status decrypt(std::string& plain);
  void collect();
  // Takes the outcome of an OpenSSL call that has not succeeded: nothing where it only waits for bytes.
  base::Status judge(int outcome);

  std::unique_ptr<SSL, Free> session_;
  BIO* in_ = nullptr;   // the session's
  BIO* out_ = nullptr;  // the session's
  std::string output_;
};

}  // namespace aureacore::redis
