#include "base/heap.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace aureacore::base {
namespace {

TEST(Apart, WorksOnAThreadOfItsOwn) {
  const auto thread = apart([] { return std::this_thread::get_id(); });
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(Apart, ThrowsWhatTheWorkThrows) {
  EXPECT_THROW(apart([] { throw std::runtime_error("no room"); }), std::runtime_error);
}

}  // namespace
}  // namespace aureacore::base
