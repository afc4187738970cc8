// Timings: a histogram of durations, by one label's values. For work that takes milliseconds and more: it takes a lock.
//
// Any thread. Buckets from a millisecond to five minutes.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/registry.h"

namespace aureacore::metrics {

class Timings {
 public:
  // The label's name; empty: one distribution without a label.
  explicit Timings(std::string label = {}) : label_(std::move(label)) {}

  void record(base::Duration duration, const std::string& value = {});
  [[nodiscard]] std::vector<Distribution> read() const;

 private:
  std::string label_;
  mutable std::mutex mutex_;
  std::map<std::string, Distribution> distributions_;  // by the label's value; guarded by mutex_
};

}  // namespace aureacore::metrics
