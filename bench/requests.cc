#include "bench/requests.h"

#include <fmt/core.h>

#include <algorithm>

namespace aureacore::bench {

void Requests::add(std::string_view rendered, std::uint32_t expected_length) {
  bytes_.append(rendered);
  ends_.push_back(bytes_.size());
  lengths_.push_back(expected_length);
  largest_ = std::max(largest_, rendered.size());
}

void Requests::reserve(std::size_t count, std::size_t bytes) {
  bytes_.reserve(bytes);
  ends_.reserve(count + 1);
  lengths_.reserve(count);
}

std::string http_get(std::string_view path, std::string_view headers) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", path, headers);
}

std::string http_post(std::string_view path, std::string_view json) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", path,
      json.size(), json);
}

std::string redis_command(const std::vector<std::string_view>& words) {
  std::string out = fmt::format("*{}\r\n", words.size());
  for (const std::string_view word : words) out += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return out;
}

}  // namespace aureacore::bench
