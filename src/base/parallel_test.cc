#include "base/parallel.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace aureacore::base {
namespace {

TEST(Parallel, VisitsEachIndexOnce) {
  for (const std::size_t count : {0U, 1U, 7U, 1000U}) {
    std::vector<int> visits(count);
    in_parallel(count, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    EXPECT_EQ(visits, std::vector<int>(count, 1));
  }
}

TEST(Parallel, PassesOnWhatARangeThrows) {
  EXPECT_THROW(in_parallel(100,
                           [](std::size_t, std::size_t end) {
                             if (end == 100) throw std::runtime_error("the last range");
                           }),
               std::runtime_error);
}

}  // namespace
}  // namespace aureacore::base
