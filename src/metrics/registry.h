// Registry: what /metrics shows. Modules own their numbers and register a way to read them; the exposition is
// prometheus-cpp's.
//
// Registration at start-up, on one thread; reading (expose) on any. Hot paths count in their own per-thread variables
// and register a callback that sums them: nothing here is touched per request.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aureacore::metrics {

using Labels = std::map<std::string, std::string>;

struct Sample {
  Labels labels;
  double value = 0;
};

// A histogram's state: cumulative counts are made of these when exposed.
struct Distribution {
  Labels labels;
  std::vector<double> bounds;         // upper bounds, ascending, without infinity
  std::vector<std::uint64_t> counts;  // per bucket; one more than bounds, the last for what is above them all
  double sum = 0;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Names carry the prefix aureacore_ and their base unit; counters end in _total. Several may read samples of one name;
  // then the first one's help is shown.
  void counter(std::string name, std::string help, std::function<std::vector<Sample>()> read);
  void gauge(std::string name, std::string help, std::function<std::vector<Sample>()> read);
  void histogram(std::string name, std::string help, std::function<std::vector<Distribution>()> read);

  // The Prometheus text format, version 0.0.4.
  [[nodiscard]] std::string expose() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aureacore::metrics
