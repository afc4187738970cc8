#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <ctime>

#include "base/text.h"

namespace aureacore::http {
namespace {

using base::Code;
using base::fail;
using base::Status;

constexpr std::size_t record_bytes = 16 << 10;  // of plain text, at most, in one record

// The first error of OpenSSL's queue, which is the thread's.
std::string reason() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* text = error == 0 ? nullptr : ERR_reason_error_string(error);
  return text == nullptr ? "an unknown error" : text;
}

Status load_identity(SSL_CTX* context, const TlsOptions& options) {
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

Status load_client_authorities(SSL_CTX* context, const TlsOptions& options) {
  if (options.client_ca_file.empty()) return {};
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(options.client_ca_file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_locations(context, options.client_ca_file.c_str(), nullptr) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return fail(Code::invalid, "expected certificates of the clients' authorities in {}: {}",
                base::printable(options.client_ca_file), reason());
  }
  SSL_CTX_set_client_CA_list(context, names);
  const int must = options.client_must_have_one ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | must, nullptr);
  return {};
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr std::string_view ours = "\x08http/1.1";
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(ours.data()),
                                            static_cast<unsigned>(ours.size()), offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // Sessions are resumed by tickets alone: nothing is kept here, and nothing shared is locked.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  constexpr std::string_view name = "aureacore";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(name.data()),
                                 static_cast<unsigned>(name.size()));
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

base::WallTime end_of(const SSL_CTX* context) {
  const X509* const certificate = SSL_CTX_get0_certificate(context);
  std::tm time{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

}  // namespace

base::Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsOptions& options) {
  ERR_clear_error();
  auto result = std::make_shared<TlsContext>();
  result->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = result->get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
    return fail(Code::internal, "OpenSSL can't be set up: {}", reason());
  }
  set_rules(context);
  if (auto status = load_identity(context, options); !status) return std::unexpected(status.error());
  if (auto status = load_client_authorities(context, options); !status) return std::unexpected(status.error());
  result->ends_ = end_of(context);
  return result;
}

std::unique_ptr<Tls> Tls::make(const TlsContext& context) {
  auto tls = std::make_unique<Tls>();
  tls->session_.reset(SSL_new(context.get()));
  tls->out_ = BIO_new(BIO_s_mem());
  if (tls->session_ == nullptr || tls->out_ == nullptr) {
    BIO_free(tls->out_);
    return nullptr;
  }
  SSL_set0_wbio(tls->session_.get(), tls->out_);
  SSL_set_accept_state(tls->session_.get());
  return tls;
}

Tls::Outcome Tls::receive(std::span<const char> bytes, Output& plain) {
  if (broken_) return Outcome::failed;
  ERR_clear_error();
  // It reads the bytes where they are, all of them, unless it fails; what is not a whole record yet it copies.
  BIO* const in = BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()));
  if (in == nullptr) {
    broken_ = true;
    return Outcome::failed;
  }
  BIO_set_mem_eof_return(in, -1);
  SSL_set0_rbio(session_.get(), in);
  for (;;) {
    char* const room = plain.reserve(record_bytes);
    const int count = SSL_read(session_.get(), room, static_cast<int>(record_bytes));
    if (count <= 0) return judge(count);
    plain.commit(static_cast<std::size_t>(count));
  }
}

Tls::Outcome Tls::judge(int outcome) {
  const int error = SSL_get_error(session_.get(), outcome);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Outcome::open;
  if (error == SSL_ERROR_ZERO_RETURN) return Outcome::ended;
  const int why = ERR_GET_REASON(ERR_peek_error());
  broken_ = true;
  ERR_clear_error();
  return why == SSL_R_HTTP_REQUEST ? Outcome::not_tls : Outcome::failed;
}

bool Tls::send(Output& plain, Output& out) {
  ERR_clear_error();
  while (plain.size() != 0 && !broken_) {
    const int size = static_cast<int>(std::min(plain.size(), record_bytes));
    if (const int taken = SSL_write(session_.get(), plain.data(), size); taken > 0) {
      plain.consume(static_cast<std::size_t>(taken));
      take(out);
    } else {
      broken_ = true;
      ERR_clear_error();
    }
  }
  take(out);
  return !broken_;
}

void Tls::end() {
  if (std::exchange(ended_, true) || broken_ || !ready()) return;
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(session_.get()));
}

// A record at a time, so that the buffer in between stays small.
void Tls::take(Output& out) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out_, &bytes);
  if (size > 0) out.append({bytes, static_cast<std::size_t>(size)});
  static_cast<void>(BIO_reset(out_));
}

}  // namespace aureacore::http
