#include "redis/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::size_t chunk_bytes = 16 << 10;

// The first error of OpenSSL's queue, which is the thread's.
std::string reason() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* text = error == 0 ? nullptr : ERR_reason_error_string(error);
  return text == nullptr ? "an unknown error" : text;
}

Status load_trust(SSL_CTX* context, const std::string& file) {
  const bool ok = file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                               : SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) == 1;
  if (ok) return {};
  return fail(Code::invalid, "expected certificates of authorities in {}: {}",
              file.empty() ? "the system's folders" : base::printable(file), reason());
}

Status load_identity(SSL_CTX* context, const TlsOptions& options) {
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return fail(Code::invalid, "expected a client certificate and its key, found one of them alone");
  }
  if (options.certificate_file.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
    return fail(Code::invalid, "expected a certificate in {}: {}", base::printable(options.certificate_file), reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return fail(Code::invalid, "expected the certificate's private key in {}: {}", base::printable(options.key_file),
                reason());
  }
  return {};
}

bool is_address(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool expect_name(SSL* session, const std::string& name) {
  if (is_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name.c_str()) == 1;
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(session, name.c_str()) == 1 &&
         SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(name.c_str())) == 1;  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
}

}  // namespace

Result<TlsContext> TlsContext::load(const TlsOptions& options) {
  ERR_clear_error();
  TlsContext result;
  result.server_name_ = options.server_name;
  result.context_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX* context = result.context_.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
    return fail(Code::internal, "OpenSSL can't be set up: {}", reason());
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (auto status = load_trust(context, options.ca_file); !status) return std::unexpected(status.error());
  if (auto status = load_identity(context, options); !status) return std::unexpected(status.error());
  return result;
}

Result<Tls> Tls::start(const TlsContext& context, const std::string& host) {
  ERR_clear_error();
  Tls tls;
  tls.session_.reset(SSL_new(context.get()));
  tls.in_ = BIO_new(BIO_s_mem());
  tls.out_ = BIO_new(BIO_s_mem());
  if (tls.session_ == nullptr || tls.in_ == nullptr || tls.out_ == nullptr) {
    BIO_free(tls.in_);
    BIO_free(tls.out_);
    return fail(Code::internal, "OpenSSL can't be set up: {}", reason());
  }
  SSL_set_bio(tls.session_.get(), tls.in_, tls.out_);
  SSL_set_connect_state(tls.session_.get());
  const std::string& name = context.name_for(host);
  if (!expect_name(tls.session_.get(), name)) {
    return fail(Code::invalid, "expected a server's name for TLS, found '{}'", base::printable(name));
  }
  if (auto status = tls.greet(); !status) return std::unexpected(status.error());
  return tls;
}

bool Tls::ready() const { return SSL_is_init_finished(session_.get()) == 1; }

Status Tls::receive(std::string_view bytes, std::string& plain) {
  ERR_clear_error();
  while (!bytes.empty()) {
    const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max()));
    const int taken = BIO_write(in_, bytes.data(), size);
    if (taken <= 0) return fail(Code::internal, "OpenSSL takes no bytes: {}", reason());
    bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
  if (!ready()) {
    if (auto status = greet(); !status || !ready()) return status;
  }
  auto status = decrypt(plain);
  collect();
  return status;
}

Status Tls::send(std::string_view plain) {
  ERR_clear_error();
  while (!plain.empty()) {
    const std::string_view piece = plain.substr(0, chunk_bytes);
    const int taken = SSL_write(session_.get(), piece.data(), static_cast<int>(piece.size()));
    if (taken <= 0) {
      auto status = judge(taken);
      return status ? fail(Code::unavailable, "TLS takes no bytes") : status;
    }
    plain.remove_prefix(static_cast<std::size_t>(taken));
  }
  collect();
  return {};
}

Status Tls::greet() {
  const int outcome = SSL_do_handshake(session_.get());
  auto status = outcome == 1 ? Status() : judge(outcome);
  collect();
  return status;
}

Status Tls::decrypt(std::string& plain) {
  std::array<char, chunk_bytes> chunk{};
  while (true) {
    const int count = SSL_read(session_.get(), chunk.data(), static_cast<int>(chunk.size()));
    if (count <= 0) return judge(count);
    plain.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

void Tls::collect() {
  std::array<char, chunk_bytes> chunk{};
  for (int count = 0; (count = BIO_read(out_, chunk.data(), static_cast<int>(chunk.size()))) > 0;) {
    output_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

Status Tls::judge(int outcome) {
  const int error = SSL_get_error(session_.get(), outcome);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return {};
  if (error == SSL_ERROR_ZERO_RETURN) return fail(Code::unavailable, "the server closed the connection");
  const long verified = SSL_get_verify_result(session_.get());
  if (verified != X509_V_OK) {
    return fail(Code::denied, "the server's certificate is refused: {}", X509_verify_cert_error_string(verified));
  }
  return fail(Code::unavailable, "TLS failed: {}", reason());
}

}  // namespace aureacore::redis
