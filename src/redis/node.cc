#include "redis/node.h"

#include <algorithm>

#include "resilience/backoff.h"

namespace aureacore::redis {

using base::Code;
using base::fail;
using base::Result;
using base::Status;
using State = resilience::CircuitBreaker::State;

Result<Pool::Loan> Node::lend(const Deadline& deadline) {
  // First a place in the pool: that all are taken says nothing about the server.
  auto loan = pool_.lend(deadline);
  if (!loan) return loan;
  if (auto status = allow(); !status) return std::unexpected(status.error());
  if (auto status = loan->connect(deadline); !status) {
    tell(status, deadline);
    return std::unexpected(status.error());
  }
  return loan;
}

resilience::CircuitBreaker::Options Node::spread(const Context& context) {
  constexpr double share = 0.25;
  auto options = context.breaker;
  options.cooldown = resilience::jittered(options.cooldown, share, context.random);
  return options;
}

Status Node::allow() {
  const std::scoped_lock lock(mutex_);
  const auto now = context_.clock.steady();
  if (breaker_.allow(now)) return {};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(breaker_.retry_at() - now);
  return fail(Code::unavailable, "{}: it failed too often; the next attempt is made in {} ms", endpoint_.text(),
              std::max<std::int64_t>(left.count(), 0));
}

void Node::tell(const Status& outcome, const Deadline& deadline) {
  const std::scoped_lock lock(mutex_);
  const State before = breaker_.state();
  if (outcome) {
    breaker_.succeeded();
  } else if (deadline.stop.stop_requested()) {
    breaker_.abandoned();
  } else {
    breaker_.failed(context_.clock.steady());
  }
  log_change(before, outcome);
}

void Node::log_change(State before, const Status& outcome) const {
  const State after = breaker_.state();
  if (after == State::open && before == State::closed) {
    context_.log.warning("redis server given up for now",
                         {{"server", endpoint_.text()}, {"error", outcome ? "" : outcome.error().message}});
  }
  if (after == State::closed && before != State::closed) {
    context_.log.info("redis server answers again", {{"server", endpoint_.text()}});
  }
}

bool Node::shut() const {
  const std::scoped_lock lock(mutex_);
  return breaker_.state() == State::half_open ||
         (breaker_.state() == State::open && context_.clock.steady() < breaker_.retry_at());
}

State Node::state() const {
  const std::scoped_lock lock(mutex_);
  return breaker_.state();
}

std::shared_ptr<Node> Nodes::get(const Endpoint& endpoint, Role role) {
  const std::scoped_lock lock(mutex_);
  auto& node = nodes_[{endpoint, role}];
  if (!node) node = std::make_shared<Node>(endpoint, role, context_);
  return node;
}

void Nodes::keep(const std::set<Endpoint>& endpoints) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(nodes_, [&](const auto& entry) { return !endpoints.contains(entry.first.first); });
}

std::vector<std::shared_ptr<Node>> Nodes::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<Node>> result;
  result.reserve(nodes_.size());
  for (const auto& [key, node] : nodes_) result.push_back(node);
  return result;
}

}  // namespace aureacore::redis
