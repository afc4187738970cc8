// HookDesk: takes webhooks in. What the pure module `hooks` says of each is done here: who repeats one is noticed, sources are asked to
// be checked, the answer names the token that will contain the push.
//
// A webhook that is proven has its sources checked at once. One that anybody may send (no secret is configured) has each
// of its sources checked once a second at most, however many come: none is lost, all share that check. Deliveries are
// remembered for an hour, here and, where instances share a store, by all of them.
//
// One thread of its own, with an api::Worker of its own: signatures of large bodies and the store's answers take longer than
// a worker may stop for. The composition root makes it after the Context and the Barrier, and stops it before them.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "api/handler.h"
#include "entity/push_token.h"
#include "hooks/hints.h"
#include "hooks/judge.h"
#include "hooks/seen.h"
#include "http/later.h"
#include "metrics/timings.h"

namespace aureacore::api {

class Worker;
struct Call;

class HookDesk {
 public:
  // Not looked at yet; beyond these, webhooks are answered 503.
  static constexpr std::size_t max_waiting = 1'024;
  static constexpr std::size_t max_waiting_bytes = 64 << 20;
  // Pushes whose way is measured at a time, and for how long.
  static constexpr std::size_t max_followed = 1'024;
  static constexpr base::Duration longest_follow = std::chrono::minutes(1);
  // How long the store isn't asked after it has failed to answer.
  static constexpr base::Duration store_pause = std::chrono::seconds(1);
  static constexpr base::Duration log_interval = std::chrono::seconds(10);  // between log lines about refused ones

  struct Dependencies {
    const Context& context;                                   // outlives it
    std::function<std::uint64_t()> nonce;                     // a number unlike any before; of its thread alone
    std::shared_ptr<const hooks::Targets> targets = nullptr;  // null: no sources
    metrics::Timings* propagation = nullptr;  // from the push's arrival until it is served; null: not measured
  };

  // Its thread counts its requests as this worker's.
  HookDesk(Dependencies dependencies, unsigned worker);
  ~HookDesk();

  // From now on these. Any thread.
  void set_targets(std::shared_ptr<const hooks::Targets> targets);
  [[nodiscard]] bool full() const;
  // The request's answer is due by `later`. Any thread.
  void submit(const http::Request& request, http::Later later);
  // Something may be served that wasn't before. Any thread; brief.
  void notify();
  // Webhooks that wait are let go of. Idempotent.
  void stop();

  // aureacore_webhooks_total. Call once; `this` outlives the registry's last exposition.
  void register_metrics(metrics::Registry& registry) const;

 private:
  enum class Result : std::uint8_t { accepted, ignored, duplicate, unproven, old, malformed };
  static constexpr std::size_t result_count = 6;

  struct Incoming {
    std::unique_ptr<const http::OwnedRequest> request;
    http::Later later;
    base::SteadyTime arrived;
  };
  // A push that isn't served yet.
  struct Followed {
    entity::PushToken push;
    base::SteadyTime arrived;
  };

  static std::string_view name(Result result);

  void run(const std::stop_token& stop);
  std::deque<Incoming> take(const std::stop_token& stop);
  void take_in(Worker& worker, Incoming& incoming);
  void accept(Worker& worker, Incoming& incoming, const hooks::Verdict& verdict);
  void refuse(Worker& worker, Incoming& incoming, const hooks::Verdict& verdict);
  void check_due_hints();
  bool is_repeated(const hooks::Verdict& verdict, base::SteadyTime now);
  bool is_claimed_elsewhere(const std::string& delivery, base::SteadyTime now);
  void follow(entity::PushToken push, base::SteadyTime arrived);
  void look_at_followed();
  bool wait_until_served(Incoming& incoming, const hooks::Verdict& verdict, const std::string& token);
  void count(const hooks::Verdict& verdict, Result result);

  const Dependencies dependencies_;
  const Context& context_;
  const unsigned worker_;
  std::array<std::array<std::atomic<std::uint64_t>, result_count>, hooks::sender_count> totals_{};

  // The thread's own.
  hooks::Seen deliveries_;
  hooks::Seen bodies_;
  std::uint64_t claims_ = 0;
  base::SteadyTime store_due_{};  // when the store may be asked again
  hooks::Hints hints_;
  base::SteadyTime log_due_{};     // of the next refusal
  std::deque<Followed> followed_;  // oldest first

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<const hooks::Targets> targets_;  // guarded by mutex_
  std::deque<Incoming> incoming_;                  // guarded by mutex_
  std::size_t incoming_bytes_ = 0;                 // guarded by mutex_
  bool notified_ = false;                          // guarded by mutex_
  bool stopped_ = false;                           // guarded by mutex_
  std::jthread thread_;                            // last: it ends before what it uses
};

}  // namespace aureacore::api
