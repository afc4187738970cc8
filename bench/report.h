// What came out of a run: rows of figures and the targets they are held against, as Markdown and as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/load_run.h"

namespace aureacore::bench {

double median(std::vector<double> values);

// A number for people: the three digits that matter, and thousands set apart: 1.23, 45.6, 131,072.
std::string digits(double value);

// A bound that a figure should keep.
struct Bound {
  enum class Side { at_most, at_least } side;
  double value;

  [[nodiscard]] bool holds(double measured) const {
    return side == Side::at_most ? measured <= value : measured >= value;
  }
};
constexpr Bound at_most(double value) { return {Bound::Side::at_most, value}; }
constexpr Bound at_least(double value) { return {Bound::Side::at_least, value}; }

class Report {
 public:
  // One case of load, the median of its rounds.
  void add_load(std::string part, std::string name, const std::vector<LoadResult>& rounds);
  // One figure of another kind: "cold start, 1,000 entities", 0.123, "s".
  void add_figure(std::string part, std::string name, double value, std::string unit);
  void add_target(std::string what, double measured, std::string unit, Bound bound);

  [[nodiscard]] std::string markdown() const;
  [[nodiscard]] std::string json() const;

 private:
  struct Load {
    std::string part, name;
    double rate, cpu, p50, p99, busy, bytes;
  };
  struct Figure {
    std::string part, name;
    double value;
    std::string unit;
  };
  struct Target {
    std::string what;
    double measured;
    std::string unit;
    Bound bound;
  };

  void markdown_loads(std::string& out) const;
  void markdown_figures(std::string& out) const;
  void markdown_targets(std::string& out) const;

  std::vector<Load> loads_;
  std::vector<Figure> figures_;
  std::vector<Target> targets_;
};

}  // namespace aureacore::bench
