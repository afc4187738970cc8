// What /metrics shows of webhooks.
#include "api/hook_desk.h"

namespace aureacore::api {
namespace {

using Samples = std::vector<metrics::Sample>;

constexpr std::array<std::string_view, 6> result_names{"accepted", "ignored", "duplicate",
                                                       "unproven", "old",     "malformed"};

}  // namespace

std::string_view HookDesk::name(Result result) { return result_names[static_cast<std::size_t>(result)]; }

void HookDesk::count(const hooks::Verdict& verdict, Result result) {
  const auto sender = static_cast<std::size_t>(verdict.event.sender);
  totals_[sender][static_cast<std::size_t>(result)].fetch_add(1, std::memory_order_relaxed);
}

void HookDesk::register_metrics(metrics::Registry& registry) const {
  static_assert(result_names.size() == result_count);
  registry.counter("aureacore_webhooks_total", "Webhooks received, by sender and by what became of them.", [this] {
    Samples samples;
    for (std::size_t sender = 0; sender < hooks::sender_count; ++sender) {
      for (std::size_t result = 0; result < result_count; ++result) {
        const auto count = totals_[sender][result].load(std::memory_order_relaxed);
        if (count == 0) continue;
        samples.push_back({{{"sender", std::string(hooks::name(static_cast<hooks::Sender>(sender)))},
                            {"result", std::string(result_names[result])}},
                           static_cast<double>(count)});
      }
    }
    return samples;
  });
}

}  // namespace aureacore::api
