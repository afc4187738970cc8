#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json.h"

namespace aureacore::bench {
namespace {

// A server that was less busy than this was not what limited the rate.
constexpr double saturated_from = 0.9;

template <class Take>
double median_of(const std::vector<LoadResult>& rounds, Take take) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const LoadResult& round : rounds) values.push_back(take(round));
  return median(std::move(values));
}

}  // namespace

std::string digits(double value) {
  const double size = std::fabs(value);
  if (size >= 1000 || size == std::round(size)) {
    std::string text = fmt::format("{:.0f}", value);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
  }
  return fmt::format("{:.{}f}", value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Report::add_load(std::string part, std::string name, const std::vector<LoadResult>& rounds) {
  loads_.push_back({
      .part = std::move(part),
      .name = std::move(name),
      .rate = median_of(rounds, [](const LoadResult& r) { return r.rate(); }),
      .cpu = median_of(rounds, [](const LoadResult& r) { return r.cpu_per_request(); }),
      .p50 = median_of(rounds, [](const LoadResult& r) { return r.p50; }),
      .p99 = median_of(rounds, [](const LoadResult& r) { return r.p99; }),
      .busy = median_of(rounds, [](const LoadResult& r) { return r.server_cpu / r.seconds; }),
      .bytes = median_of(rounds, [](const LoadResult& r) { return double(r.bytes) / double(r.requests); }),
  });
}

void Report::add_figure(std::string part, std::string name, double value, std::string unit) {
  figures_.push_back({std::move(part), std::move(name), value, std::move(unit)});
}

void Report::add_target(std::string what, double measured, std::string unit, Bound bound) {
  targets_.push_back({std::move(what), measured, std::move(unit), bound});
}

void Report::markdown_loads(std::string& out) const {
  if (loads_.empty()) return;
  out += "| Part | Case | Requests/s | CPU µs/request | p50 µs | p99 µs | Body bytes | Server busy |\n";
  out += "|---|---|--:|--:|--:|--:|--:|--:|\n";
  for (const Load& load : loads_) {
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {:.0f} %{} |\n", load.part, load.name, digits(load.rate),
                       digits(load.cpu), digits(load.p50), digits(load.p99), digits(std::round(load.bytes)),
                       load.busy * 100, load.busy < saturated_from ? " (not the limit)" : "");
  }
  out += '\n';
}

void Report::markdown_figures(std::string& out) const {
  if (figures_.empty()) return;
  out += "| Part | Figure | Measured |\n|---|---|--:|\n";
  for (const Figure& figure : figures_) {
    out += fmt::format("| {} | {} | {} {} |\n", figure.part, figure.name, digits(figure.value), figure.unit);
  }
  out += '\n';
}

void Report::markdown_targets(std::string& out) const {
  if (targets_.empty()) return;
  out += "| To reach | Measured | Reach | |\n|---|--:|--:|---|\n";
  for (const Target& target : targets_) {
    out += fmt::format("| {} | {} {} | {} {} {} | {} |\n", target.what, digits(target.measured), target.unit,
                       target.bound.side == Bound::Side::at_most ? "≤" : "≥", digits(target.bound.value), target.unit,
                       target.bound.holds(target.measured) ? "ok" : "**MISSED**");
  }
}

std::string Report::markdown() const {
  std::string out;
  markdown_loads(out);
  markdown_figures(out);
  markdown_targets(out);
  return out;
}

std::string Report::json() const {
  std::string out;
  base::JsonWriter json(out);
  const auto number = [&json](std::string_view name, double value) { json.key(name), json.number(value); };
  json.begin_object();
  json.key("loads"), json.begin_array();
  for (const Load& load : loads_) {
    json.begin_object();
    json.member("part", load.part), json.member("case", load.name), number("rate", load.rate);
    number("cpu_us_per_request", load.cpu), number("p50_us", load.p50), number("p99_us", load.p99);
    number("body_bytes", load.bytes), number("server_busy", load.busy);
    json.end_object();
  }
  json.end_array();
  json.key("figures"), json.begin_array();
  for (const Figure& figure : figures_) {
    json.begin_object();
    json.member("part", figure.part), json.member("figure", figure.name), number("value", figure.value);
    json.member("unit", figure.unit);
    json.end_object();
  }
  json.end_array();
  json.key("targets"), json.begin_array();
  for (const Target& target : targets_) {
    json.begin_object();
    json.member("what", target.what), number("measured", target.measured), json.member("unit", target.unit);
    number(target.bound.side == Bound::Side::at_most ? "at_most" : "at_least", target.bound.value);
    json.member("ok", target.bound.holds(target.measured));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace aureacore::bench
