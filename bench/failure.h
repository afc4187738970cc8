// How the benchmark tools give up: one exception, caught in main, so that whatever was started is ended on the way out.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace aureacore::bench {

class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void give_up(fmt::format_string<Args...> format, Args&&... args) {
  throw Failure(fmt::format(format, std::forward<Args>(args)...));
}

// The same with the text of errno behind it.
[[noreturn]] void give_up_errno(const std::string& what);

}  // namespace aureacore::bench
