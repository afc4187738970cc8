// Whatever bytes come, and however they are cut, the parser says the same and leaves the same rest; and what it accepts
// keeps the promises that the application relies on. The first two bytes say where the cuts are.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "http/parse_pieces.h"

namespace {

using aureacore::http::Parser;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_accepted(const aureacore::http::Request& request) {
  require(request.path == "*" || request.path.starts_with('/'));
  const auto is_graphic = [](char c) { return c > 0x20 && c < 0x7f; };
  require(std::ranges::all_of(request.target, is_graphic));
  require(std::ranges::all_of(request.method_name, is_graphic));
  for (const auto& field : request.headers) {
    require(!field.name.empty() && field.name.find_first_of(" \t\r\n:") == std::string_view::npos);
    require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
  require(request.http10 || !request.header("Host").empty());
  require(request.body.size() <= aureacore::http::small_limits().body_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::size_t first = std::min<std::size_t>(data[0], bytes.size());
  const std::size_t second = std::min<std::size_t>(first + data[1], bytes.size());
  Parser parser(aureacore::http::small_limits());
  std::size_t left_whole = 0;
  const std::string whole = parse_pieces(parser, std::array{bytes}, &left_whole);
  std::size_t left = 0;
  const auto pieces = std::array{bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)};
  require(aureacore::http::agree(parse_pieces(parser, pieces, &left), whole));
  require(left == left_whole);
  Parser::Progress progress;
  std::string copy(bytes);
  if (!copy.empty() && parser.parse(progress, copy).state == Parser::State::complete) check_accepted(parser.request());
  return 0;
}
