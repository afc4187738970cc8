// Params: the parameters of a request's query, decoded. A value; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace aureacore::api {

class Params {
 public:
  static constexpr std::size_t max_count = 1'000;

  // Error: invalid: a malformed escape or what isn't UTF-8, quoting the part; too many.
  static base::Result<Params> parse(std::string_view query);

  // The first of that name; a null pointer where there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  // A whole number. Error: invalid, naming the parameter.
  [[nodiscard]] base::Result<std::optional<std::size_t>> number(std::string_view name) const;
  // Error: invalid, naming the first parameter that is none of these.
  [[nodiscard]] base::Status only(std::span<const std::string_view> names) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace aureacore::api
