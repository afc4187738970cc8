#include "http/head.h"

#include <array>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace aureacore::http {

namespace {

constexpr std::size_t max_empty_lines = 2;  // before a request, as some clients send behind a body
constexpr std::size_t max_method_bytes = 32;
constexpr std::string_view version_form = "HTTP/d.d";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_version(const char* at) {
  return std::memcmp(at, "HTTP/", 5) == 0 && is_digit(at[5]) && at[6] == '.' && is_digit(at[7]);
}

}  // namespace

Step Head::refuse(int status, std::string_view why) {
  status_ = status;
  why_ = why;
  return Step::bad;
}

Step Head::read(std::string_view bytes) {
  begin_ = at_ = bytes.data();
  end_ = begin_ + bytes.size();
  for (const auto part : {&Head::read_empty_lines, &Head::read_method, &Head::read_target, &Head::read_version,
                          &Head::read_fields, &Head::judge}) {
    if (const Step step = (this->*part)(); step != Step::done) return step;
  }
  return Step::done;
}

Step Head::read_empty_lines() {
  for (std::size_t lines = 0; at_ != end_ && *at_ == '\r'; ++lines) {
    if (lines == max_empty_lines) return refuse(400, "too many empty lines before the request");
    const Step step = read_line_end(at_, end_);
    if (step == Step::bad) return refuse(400, "a carriage return without a line feed");
    if (step == Step::more) return step;
  }
  return Step::done;
}

Step Head::read_method() {
  const char* const method = at_;
  at_ = skip(at_, end_, token_class);
  request_.method_name = {method, at_};
  if (request_.method_name.size() > max_method_bytes) return refuse(400, "the method is too long");
  if (at_ == end_) return Step::more;
  if (*at_ != ' ' || at_ == method) return refuse(400, "expected a method and one space");
  ++at_;
  request_.method = method_of(request_.method_name);
  if (request_.method_name == "CONNECT") return refuse(501, "CONNECT is not served here");
  return Step::done;
}

Step Head::read_target() {
  target_ = at_;
  if (at_ == end_) return Step::more;
  if (*at_ == '/') return end_target(read_origin_form());
  if (*at_ == '*') return end_target(read_asterisk_form());
  return end_target(read_absolute_form());
}

// Behind the target: its size and the space.
Step Head::end_target(Step step) {
  request_.target = {target_, at_};
  if (request_.target.size() > limits_.target_bytes) return refuse(414, "the request target is too long");
  if (step != Step::done) return step;
  if (at_ == end_) return Step::more;
  if (*at_ != ' ') return refuse(400, "a character in the request target that must be percent-encoded");
  ++at_;
  return Step::done;
}

Step Head::read_origin_form() { return read_path_and_query(); }

Step Head::read_asterisk_form() {
  request_.path = {at_, 1};
  ++at_;
  return Step::done;
}

// http://authority/path?query, as to a proxy. The authority must be sane and is then ignored.
Step Head::read_absolute_form() {
  const char* const scheme = at_;
  at_ = skip(at_, end_, scheme_class);
  if (at_ == end_) return Step::more;
  const std::string_view name(scheme, at_);
  if (*at_ != ':' || !(base::equal_ignoring_case(name, "http") || base::equal_ignoring_case(name, "https"))) {
    return refuse(400, "expected a request target that begins with '/' or http://");
  }
  for (const char expected : std::string_view("://")) {
    if (at_ == end_) return Step::more;
    if (*at_++ != expected) return refuse(400, "expected '://' behind the target's scheme");
  }
  const char* const authority = at_;
  while (at_ != end_ && (is(*at_, host_class) || *at_ == ':' || *at_ == '[' || *at_ == ']')) ++at_;
  if (at_ == end_) return Step::more;
  if (!is_authority({authority, at_})) return refuse(400, "malformed authority in the request target");
  if (*at_ == '/') return read_path_and_query();
  request_.path = "/";
  if (*at_ != '?') return Step::done;
  const std::string_view path = request_.path;
  const Step step = read_path_and_query();
  request_.path = path;
  return step;
}

Step Head::read_path_and_query() {
  const char* const path = at_;
  if (const Step step = skip_escaped(path_class); step != Step::done) return step;
  request_.path = {path, at_};
  if (at_ == end_ || *at_ != '?') return Step::done;
  const char* const query = ++at_;
  if (const Step step = skip_escaped(query_class); step != Step::done) return step;
  request_.query = {query, at_};
  return Step::done;
}

// Runs over such characters and well-formed percent escapes.
Step Head::skip_escaped(Class wanted) {
  for (;;) {
    at_ = skip(at_, end_, wanted);
    if (at_ == end_) return Step::more;
    if (*at_ != '%') return Step::done;
    for (int digit = 1; digit <= 2; ++digit) {
      if (end_ - at_ == digit) return Step::more;
      if (!is(at_[digit], hex_class)) return refuse(400, "malformed percent escape in the request target");
    }
    at_ += 3;
  }
}

Step Head::read_version() {
  if (static_cast<std::size_t>(end_ - at_) < version_form.size()) return Step::more;
  if (!is_version(at_)) return refuse(400, "expected HTTP/1.1 behind the request target");
  request_.http10 = at_[7] == '0';
  if (at_[5] != '1' || at_[7] > '1') return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  at_ += version_form.size();
  if (request_.path == "*" && request_.method != Method::options)
    return refuse(400, "'*' is a target of OPTIONS alone");
  const Step step = read_line_end(at_, end_);
  return step == Step::bad ? refuse(400, "expected a line end (CR LF) behind the version") : step;
}

Step Head::read_fields() {
  for (;;) {
    if (at_ == end_) return Step::more;
    if (*at_ == '\r') break;
    if (count_ == limits_.headers) return refuse(431, "too many header fields");
    Header& field = room_[count_];
    if (const Step step = read_field(at_, end_, field); step != Step::done) {
      return step == Step::bad ? refuse(400, "malformed header field") : step;
    }
    if (const Step step = note(field); step != Step::done) return step;
    ++count_;
  }
  request_.headers = room_.first(count_);
  const Step step = read_line_end(at_, end_);
  return step == Step::bad ? refuse(400, "a carriage return without a line feed") : step;
}

// Looks at the fields that say how the request is framed. Told apart by size first: most are none of them.
Step Head::note(const Header& field) {
  const auto named = [&field](std::string_view name) { return base::equal_ignoring_case(field.name, name); };
  switch (field.name.size()) {
    case 4:
      return named("host") ? note_host(field.value) : Step::done;
    case 6:
      return named("expect") ? note_expect(field.value) : Step::done;
    case 10:
      if (named("connection")) note_connection(field.value);
      return Step::done;
    case 14:
      return named("content-length") ? note_content_length(field.value) : Step::done;
    case 17:
      return named("transfer-encoding") ? note_transfer_encoding(field.value) : Step::done;
    default:
      return Step::done;
  }
}

Step Head::note_host(std::string_view value) {
  if (host_) return refuse(400, "more than one Host field");
  host_ = true;
  return is_authority(value) ? Step::done : refuse(400, "malformed Host field");
}

Step Head::note_content_length(std::string_view value) {
  if (content_length_) return refuse(400, "more than one Content-Length field");
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (value.empty() || end != value.data() + value.size() || error == std::errc::invalid_argument) {
    return refuse(400, "expected a Content-Length in decimal digits");
  }
  content_length_ = error == std::errc() ? length : limits_.body_bytes + 1;
  return Step::done;
}

Step Head::note_transfer_encoding(std::string_view value) {
  if (transfer_encoding_) return refuse(400, "more than one Transfer-Encoding field");
  transfer_encoding_ = value;
  return Step::done;
}

Step Head::note_expect(std::string_view value) {
  if (!base::equal_ignoring_case(value, "100-continue")) return refuse(417, "only 100-continue can be expected here");
  expects_continue_ = true;
  return Step::done;
}

void Head::note_connection(std::string_view value) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    const std::string_view option = base::trim(value.substr(0, comma));
    wants_close_ |= base::equal_ignoring_case(option, "close");
    wants_keep_alive_ |= base::equal_ignoring_case(option, "keep-alive");
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

// What can be said only about the fields together.
Step Head::judge() {
  if (!host_ && !request_.http10) return refuse(400, "no Host field");
  if (transfer_encoding_) {
    if (request_.http10) return refuse(400, "Transfer-Encoding in an HTTP/1.0 request");
    if (content_length_) return refuse(400, "both Content-Length and Transfer-Encoding");
    if (!base::equal_ignoring_case(*transfer_encoding_, "chunked")) {
      return refuse(501, "the only Transfer-Encoding understood is chunked");
    }
  }
  if (content_length() > limits_.body_bytes) return refuse(413, "the body is larger than this server takes");
  request_.keep_alive = !wants_close_ && (!request_.http10 || wants_keep_alive_);
  expects_continue_ = expects_continue_ && !request_.http10;
  return Step::done;
}

}  // namespace aureacore::http
