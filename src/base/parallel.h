// Parallel: one loop over several threads, for work that is worth starting threads for (milliseconds and more).
#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace aureacore::base {

// Calls work(begin, end) for ranges that make up [0, count), one per processor (at most eight), and returns when all are done. The
// caller's thread does one of them. What a range throws is thrown once all have ended.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
  constexpr std::size_t most = 8;
  const std::size_t parts = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most);
  std::vector<std::future<void>> others;  // their destructors wait
  others.reserve(parts - 1);
  for (std::size_t part = 1; part < parts; ++part) {
    others.push_back(
        std::async(std::launch::async, [=, &work] { work(count * part / parts, count * (part + 1) / parts); }));
  }
  work(0, count / parts);
  for (auto& other : others) other.get();
}

}  // namespace aureacore::base
