// Node: one server in one role: its pool behind its circuit breaker. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "redis/pool.h"
#include "resilience/circuit_breaker.h"
#include "resilience/random.h"

namespace aureacore::redis {

// What the parts of a client have in common; must outlive them.
struct Context {
  const base::Clock& clock;
  const base::Log& log;
  resilience::Random random;  // for any thread
  resilience::CircuitBreaker::Options breaker;
  Dialer dialer;
};

class Node {
 public:
  Node(Endpoint endpoint, Role role, const Context& context)
      : endpoint_(std::move(endpoint)),
        context_(context),
        pool_(endpoint_, role, context.dialer),
        breaker_(spread(context)) {}

  // A connection, whose use must be told. Errors: unavailable (also: the circuit is open), timeout, denied, corrupt.
  base::Result<Pool::Loan> lend(const Deadline& deadline);
  void tell(const base::Status& outcome, const Deadline& deadline);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  // Whether calls are refused just now.
  [[nodiscard]] bool shut() const;
  [[nodiscard]] resilience::CircuitBreaker::State state() const;

 private:
  // Each its own cooldown, so that many clients of one server don't try again all at once.
  static resilience::CircuitBreaker::Options spread(const Context& context);
  base::Status allow();
  void log_change(resilience::CircuitBreaker::State before, const base::Status& outcome) const;

  Endpoint endpoint_;
  const Context& context_;
  Pool pool_;
  mutable std::mutex mutex_;
  resilience::CircuitBreaker breaker_;  // guarded
};

// The nodes that a client knows. Any thread.
class Nodes {
 public:
  explicit Nodes(const Context& context) : context_(context) {}

  std::shared_ptr<Node> get(const Endpoint& endpoint, Role role);
  // Forgets all others; who still uses one keeps it.
  void keep(const std::set<Endpoint>& endpoints);
  [[nodiscard]] std::vector<std::shared_ptr<Node>> all() const;

 private:
  const Context& context_;
  mutable std::mutex mutex_;
  std::map<std::pair<Endpoint, Role>, std::shared_ptr<Node>> nodes_;  // guarded
};

}  // namespace aureacore::redis
