#include "redis/reply.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;

struct KnownError {
  std::string_view word;
  Code code;
};
constexpr std::array known_errors = {
    KnownError{"NOAUTH", Code::denied},           KnownError{"WRONGPASS", Code::denied},
    KnownError{"NOPERM", Code::denied},           KnownError{"NOSCRIPT", Code::not_found},
    KnownError{"WRONGTYPE", Code::not_found},     KnownError{"TOOLARGE", Code::too_large},
    KnownError{"LOADING", Code::unavailable},     KnownError{"BUSY", Code::unavailable},
    KnownError{"CLUSTERDOWN", Code::unavailable}, KnownError{"MASTERDOWN", Code::unavailable},
    KnownError{"TRYAGAIN", Code::unavailable},    KnownError{"READONLY", Code::unavailable},
    KnownError{"NOREPLICAS", Code::unavailable},  KnownError{"OOM", Code::unavailable},
    KnownError{"MISCONF", Code::unavailable},     KnownError{"MOVED", Code::unavailable},
    KnownError{"ASK", Code::unavailable}};

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

std::unexpected<base::Error> unexpected_kind(std::string_view expected, const Reply& reply) {
  if (reply.is_error()) return std::unexpected(error_of(reply));
  return fail(Code::corrupt, "expected {}, found {}", expected, name(reply.kind));
}

}  // namespace

bool Reply::is_error(std::string_view code) const { return is_error() && first_word(text) == code; }

std::string_view name(Reply::Kind kind) {
  constexpr std::array<std::string_view, 7> names = {"null", "text", "status", "error", "integer", "array", "push"};
  return names.at(static_cast<std::size_t>(kind));
}

base::Error error_of(const Reply& reply) {
  const auto* known = std::ranges::find(known_errors, first_word(reply.text), &KnownError::word);
  // "unknown command 'X', with args beginning with: …" would show values, a password even.
  const std::string_view said = std::string_view(reply.text).substr(0, reply.text.find(", with args"));
  return {known == known_errors.end() ? Code::invalid : known->code, base::printable(said)};
}

Result<std::string> as_text(Reply&& reply) {
  if (reply.kind == Reply::Kind::text || reply.kind == Reply::Kind::status) return std::move(reply.text);
  return unexpected_kind("a text", reply);
}

Result<std::optional<std::string>> as_text_or_null(Reply&& reply) {
  if (reply.is_null()) return std::nullopt;
  if (reply.kind == Reply::Kind::text || reply.kind == Reply::Kind::status) return std::move(reply.text);
  return unexpected_kind("a text or null", reply);
}

Result<std::int64_t> as_integer(const Reply& reply) {
  if (reply.kind == Reply::Kind::integer) return reply.integer;
  return unexpected_kind("an integer", reply);
}

Result<std::vector<Reply>> as_array(Reply&& reply) {
  if (reply.kind == Reply::Kind::array) return std::move(reply.elements);
  return unexpected_kind("an array", reply);
}

base::Status as_ok(const Reply& reply) {
  if (reply.kind == Reply::Kind::status && reply.text == "OK") return {};
  return unexpected_kind("the status OK", reply);
}

}  // namespace aureacore::redis
