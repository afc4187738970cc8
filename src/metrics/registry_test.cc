#include "metrics/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/timings.h"

namespace aureacore::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Registry, ExposesCountersAndGaugesWithTheirLabels) {
  Registry registry;
  double requests = 3;
  registry.counter("aureacore_requests_total", "Requests answered.",
                   [&] { return std::vector<Sample>{{{{"code", "200"}}, requests}}; });
  registry.gauge("aureacore_entities", "Entities served.", [] { return std::vector<Sample>{{{}, 12}}; });
  EXPECT_EQ(registry.expose(),
            "# HELP aureacore_requests_total Requests answered.\n"
            "# TYPE aureacore_requests_total counter\n"
            "aureacore_requests_total{code=\"200\"} 3\n"
            "# HELP aureacore_entities Entities served.\n"
            "# TYPE aureacore_entities gauge\n"
            "aureacore_entities 12\n");
  requests = 4;
  EXPECT_THAT(registry.expose(), HasSubstr("aureacore_requests_total{code=\"200\"} 4\n"));
}

TEST(Registry, EscapesLabelValues) {
  Registry registry;
  registry.gauge("aureacore_x", "X.", [] { return std::vector<Sample>{{{{"id", "a\"b\\c\nd"}}, 1}}; });
  EXPECT_THAT(registry.expose(), HasSubstr(R"(aureacore_x{id="a\"b\\c\nd"} 1)"));
}

TEST(Registry, LeavesOutAFamilyWithoutSamples) {
  Registry registry;
  registry.gauge("aureacore_none", "None.", [] { return std::vector<Sample>{}; });
  EXPECT_EQ(registry.expose(), "");
}

TEST(Registry, MakesHistogramBucketsCumulative) {
  Registry registry;
  registry.histogram("aureacore_wait_seconds", "Wait.", [] {
    return std::vector<Distribution>{{.labels = {}, .bounds = {0.1, 1}, .counts = {2, 1, 4}, .sum = 9.5}};
  });
  const std::string text = registry.expose();
  EXPECT_THAT(text, HasSubstr("aureacore_wait_seconds_bucket{le=\"0.1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_wait_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_wait_seconds_bucket{le=\"+Inf\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_wait_seconds_count 7\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_wait_seconds_sum 9.5\n"));
}

TEST(Registry, PutsSamplesOfOneNameTogether) {
  Registry registry;
  registry.counter("aureacore_asked_total", "Asked.", [] { return std::vector<Sample>{{{{"of", "a"}}, 1}}; });
  registry.gauge("aureacore_between", "Between.", [] { return std::vector<Sample>{{{}, 0}}; });
  registry.counter("aureacore_asked_total", "Asked, too.", [] { return std::vector<Sample>{{{{"of", "b"}}, 2}}; });
  EXPECT_THAT(registry.expose(), HasSubstr("# HELP aureacore_asked_total Asked.\n# TYPE aureacore_asked_total counter\n"
                                           "aureacore_asked_total{of=\"a\"} 1\naureacore_asked_total{of=\"b\"} 2\n"));
}

TEST(Timings, CountsEachDurationInItsBucket) {
  Timings timings("operation");
  timings.record(std::chrono::milliseconds(1), "list");
  timings.record(std::chrono::milliseconds(3), "list");
  timings.record(std::chrono::hours(1), "fetch");
  const auto all = timings.read();
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[0].labels, (Labels{{"operation", "fetch"}}));
  EXPECT_EQ(all[0].counts.back(), 1);
  EXPECT_EQ(all[1].counts[0], 1);
  EXPECT_EQ(all[1].counts[2], 1);
  EXPECT_DOUBLE_EQ(all[1].sum, 0.004);
}

}  // namespace
}  // namespace aureacore::metrics
