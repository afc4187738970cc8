// Result and Error: how every fallible function of AureaCore answers.
//
// An Error has a code from a closed set (what a caller may act on) and a sentence that says what was expected, what was
// found and where. Bad *user input* is not an Error but data: a diagnostic beside whatever could be used.
#pragma once

#include <fmt/core.h>

#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace aureacore::base {

enum class Code {
  invalid,      // the input breaks a rule; trying again changes nothing
  not_found,    // the thing asked for is not there
  too_large,    // a named limit was passed
  timeout,      // a deadline ran out
  unavailable,  // a remote or a resource is out of reach just now; trying again may help
  no_space,     // our own disk, or our part of it, is full
  corrupt,      // stored bytes are not what was stored
  denied,       // credentials or policy refuse it
  internal,     // our own mistake
};

// The code's name as it stands in logs and metrics: "too_large".
std::string_view name(Code code);
// What a failure to write a file means: no_space or unavailable.
Code code_of(const std::error_code& error);

struct Error {
  Code code = Code::internal;
  std::string message;

  // The same error with the place put before it: "reading x.yaml: " + message.
  [[nodiscard]] Error in(std::string_view place) const { return {code, fmt::format("{}: {}", place, message)}; }
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// fail(Code::invalid, "expected a port, found '{}'", text)
template <class... Args>
std::unexpected<Error> fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace aureacore::base
