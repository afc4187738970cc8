// The requests of a run, rendered once before it: sending one is a copy of bytes that lie ready.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::bench {

class Requests {
 public:
  // The answer's body must have that many bytes; a body of any size where it is `any_length`.
  static constexpr std::uint32_t any_length = UINT32_MAX;

  void add(std::string_view rendered, std::uint32_t expected_length = any_length);
  void reserve(std::size_t count, std::size_t bytes);

  [[nodiscard]] std::size_t size() const { return lengths_.size(); }
  [[nodiscard]] std::size_t largest() const { return largest_; }
  [[nodiscard]] std::uint32_t expected_length(std::size_t index) const { return lengths_[index]; }
  [[nodiscard]] std::string_view operator[](std::size_t index) const {
    return std::string_view(bytes_).substr(ends_[index], ends_[index + 1] - ends_[index]);
  }

 private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_ = {0};
  std::vector<std::uint32_t> lengths_;
  std::size_t largest_ = 0;
};

// `headers` are whole lines, each with its CRLF.
std::string http_get(std::string_view path, std::string_view headers = {});
std::string http_post(std::string_view path, std::string_view json);
std::string redis_command(const std::vector<std::string_view>& words);

}  // namespace aureacore::bench
