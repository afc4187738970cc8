// One HTTP/1.1 request as the parser leaves it: views into the connection's buffer, valid during Handler::handle alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "http/peer.h"

namespace aureacore::http {

// NOLINTNEXTLINE(readability-identifier-naming): "delete" is a keyword
enum class Method : std::uint8_t { get, head, post, put, delete_, options, patch, other };

// By its name, in capitals; `other` for one that isn't known.
Method method_of(std::string_view name);

struct Header {
  std::string_view name;   // as sent
  std::string_view value;  // without surrounding blanks
};

struct Request {
  Method method = Method::other;
  std::string_view method_name;
  std::string_view target;  // as sent
  std::string_view path;    // of the target, still percent-encoded; begins with '/' (or is the "*" of OPTIONS)
  std::string_view query;   // behind '?', without it
  std::string_view body;    // whole; chunks are joined
  std::span<const Header> headers;
  bool http10 = false;
  const Peer* peer = nullptr;  // of the connection; null: there is none any more
  bool keep_alive = true;      // the connection goes on after the answer, as far as the request is concerned

  // The first header of that name (any case), or an empty view with a null pointer where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// Whether the request takes gzip (Accept-Encoding with its q-values).
bool accepts_gzip(const Request& request);

}  // namespace aureacore::http
