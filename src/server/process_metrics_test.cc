#include "server/process_metrics.h"

#include <gtest/gtest.h>

#include <chrono>

namespace aureacore::server {
namespace {

TEST(ProcessMetrics, ReadsTheKernelsLineWhateverTheProgramIsCalled) {
  const auto stat = parse_process_stat(
      "4242 (a) b (c)) S 1 4242 4242 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 7 0 12300 1000000 512 1844674407 1 1 0", 100,
      4096);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->cpu_seconds, 3);
  EXPECT_EQ(stat->threads, 7);
  EXPECT_EQ(stat->start_seconds, 123);
  EXPECT_EQ(stat->resident_bytes, 512 * 4096);
}

TEST(ProcessMetrics, SaysNothingOfAnotherText) {
  EXPECT_FALSE(parse_process_stat("", 100, 4096));
  EXPECT_FALSE(parse_process_stat("1 (x) S 1 2", 100, 4096));
}

TEST(ProcessMetrics, KnowsThisProcess) {
  metrics::Registry registry;
  register_process_metrics(registry);
  const std::string text = registry.expose();
  const auto value = [&](std::string_view name) {
    const auto at = text.find(std::string("\n").append(name) + ' ');
    return at == std::string::npos ? -1.0 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value("process_threads"), 1);
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(value("process_start_time_seconds"), now + 2);
  EXPECT_GT(value("process_start_time_seconds"), now - 24 * 3600);
}

}  // namespace
}  // namespace aureacore::server
