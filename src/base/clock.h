// Time, injected: nothing below the composition root reads a clock of its own.
//
// Steady time orders and measures; wall time is only ever shown to people (Date, logs). Thread safe.
#pragma once

#include <atomic>
#include <chrono>

namespace aureacore::base {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

[[nodiscard]] constexpr double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime wall() const override { return std::chrono::system_clock::now(); }
};

// A clock for tests: stands still until it is advanced.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(Duration(1'000'000'000'000 + passed_)); }
  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(Duration(1'800'000'000'000'000'000 + passed_)));
  }
  void advance(Duration by) { passed_ += by.count(); }

 private:
  std::atomic<Duration::rep> passed_{0};
};

}  // namespace aureacore::base
