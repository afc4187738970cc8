// Head: request line and header fields of one request, read and judged. The part of Parser that looks at each byte of a
// head.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "http/limits.h"
#include "http/request.h"
#include "http/syntax.h"

namespace aureacore::http {

// One reading of a head from its first byte on; lives on the stack.
class Head {
 public:
  Head(const Limits& limits, std::span<Header> room, Request& request)
      : limits_(limits), room_(room), request_(request) {}

  // Reads request line, fields and the empty line of `bytes`.
  Step read(std::string_view bytes);

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] bool chunked() const { return transfer_encoding_.has_value(); }
  [[nodiscard]] std::size_t content_length() const { return content_length_.value_or(0); }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  // After Step::bad.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::string_view why() const { return why_; }

 private:
  Step refuse(int status, std::string_view why);

  Step read_empty_lines();
  Step read_method();
  Step read_target();
  Step read_origin_form();
  Step read_absolute_form();
  Step read_asterisk_form();
  Step read_path_and_query();
  Step skip_escaped(Class wanted);
  Step end_target(Step step);
  Step read_version();

  Step read_fields();
  Step note(const Header& field);
  Step note_host(std::string_view value);
  Step note_content_length(std::string_view value);
  Step note_transfer_encoding(std::string_view value);
  Step note_expect(std::string_view value);
  void note_connection(std::string_view value);
  Step judge();

  const Limits& limits_;
  std::span<Header> room_;
  Request& request_;
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::size_t count_ = 0;
  const char* target_ = nullptr;
  std::optional<std::size_t> content_length_;
  std::optional<std::string_view> transfer_encoding_;
  bool host_ = false;
  bool expects_continue_ = false;
  bool wants_close_ = false;
  bool wants_keep_alive_ = false;
  int status_ = 0;
  std::string_view why_;
};

}  // namespace aureacore::http
