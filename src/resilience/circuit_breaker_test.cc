#include "resilience/circuit_breaker.h"

#include <gtest/gtest.h>

namespace aureacore::resilience {
namespace {

using std::chrono::seconds;

base::SteadyTime at(int second) { return base::SteadyTime(seconds(second)); }

enum class Step : std::uint8_t { allowed, refused, succeed, fail, abandon };

struct Row {
  int second;
  Step step;
  CircuitBreaker::State after;
};

constexpr auto closed = CircuitBreaker::State::closed;
constexpr auto open = CircuitBreaker::State::open;
constexpr auto half_open = CircuitBreaker::State::half_open;

void play(const std::vector<Row>& rows) {
  CircuitBreaker breaker({.failures = 3, .cooldown = seconds(10), .longest = seconds(30)});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    switch (row.step) {
      case Step::allowed:
        EXPECT_TRUE(breaker.allow(at(row.second))) << "row " << i;
        break;
      case Step::refused:
        EXPECT_FALSE(breaker.allow(at(row.second))) << "row " << i;
        break;
      case Step::succeed:
        breaker.succeeded();
        break;
      case Step::fail:
        breaker.failed(at(row.second));
        break;
      case Step::abandon:
        breaker.abandoned();
        break;
    }
    EXPECT_EQ(name(breaker.state()), name(row.after)) << "row " << i;
  }
}

TEST(CircuitBreaker, OpensOnFailuresInARowAlone) {
  play({{0, Step::fail, closed},
        {1, Step::fail, closed},
        {2, Step::succeed, closed},
        {3, Step::fail, closed},
        {4, Step::fail, closed},
        {5, Step::allowed, closed},
        {5, Step::fail, open},
        {5, Step::refused, open}});
}

TEST(CircuitBreaker, LetsOneProbeThroughAfterTheCooldown) {
  play({{0, Step::fail, closed},
        {0, Step::fail, closed},
        {0, Step::fail, open},
        {9, Step::refused, open},
        {10, Step::allowed, half_open},
        {10, Step::refused, half_open},
        {11, Step::succeed, closed},
        {11, Step::fail, closed}});
}

TEST(CircuitBreaker, WaitsLongerAfterEachFailedProbeUpToALimit) {
  play({{0, Step::fail, closed},
        {0, Step::fail, closed},
        {0, Step::fail, open},
        {10, Step::allowed, half_open},
        {10, Step::fail, open},
        {29, Step::refused, open},
        {30, Step::allowed, half_open},
        {30, Step::fail, open},
        {59, Step::refused, open},
        {60, Step::allowed, half_open},
        {60, Step::fail, open},
        {89, Step::refused, open},
        {90, Step::allowed, half_open}});
}

TEST(CircuitBreaker, BeginsAfreshAfterASuccess) {
  play({{0, Step::fail, closed},
        {0, Step::fail, closed},
        {0, Step::fail, open},
        {10, Step::allowed, half_open},
        {10, Step::fail, open},
        {30, Step::allowed, half_open},
        {30, Step::succeed, closed},
        {31, Step::fail, closed},
        {31, Step::fail, closed},
        {31, Step::fail, open},
        {41, Step::allowed, half_open}});
}

TEST(CircuitBreaker, ProbesAgainWhereAProbeWasAbandoned) {
  play({{0, Step::fail, closed},
        {0, Step::fail, closed},
        {0, Step::fail, open},
        {10, Step::allowed, half_open},
        {11, Step::abandon, open},
        {11, Step::allowed, half_open}});
}

}  // namespace
}  // namespace aureacore::resilience
