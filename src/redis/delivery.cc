#include "redis/delivery.h"

#include <algorithm>

#include "redis/waiter.h"

namespace aureacore::redis {
namespace {

using base::Result;
using base::Status;

constexpr std::uint32_t max_looks = 2;
constexpr resilience::Backoff pauses = {.floor = std::chrono::milliseconds(5),
                                        .base = std::chrono::milliseconds(20),
                                        .cap = std::chrono::milliseconds(500)};

const Command& asking_command() {
  static const Command command("ASKING");
  return command;
}

}  // namespace

Delivery::Delivery(std::span<const Command> commands, Topology& topology, Nodes& nodes, const Context& context,
                   Counters& counters, const Deadline& deadline)
    : topology_(topology), nodes_(nodes), context_(context), counters_(counters), deadline_(deadline) {
  items_.reserve(commands.size());
  for (const Command& command : commands) {
    items_.push_back({.command = &command, .side = first_side(command.access())});
  }
  counters_.commands += commands.size();
}

std::vector<Result<Reply>> Delivery::run() {
  while (gather()) {
    const Deadline deadline = round_deadline();
    connect(deadline);
    exchange(deadline);
    for (auto& [key, group] : groups_) judge_group(group);
    groups_.clear();
    if (waits_) pause();
  }
  std::vector<Result<Reply>> outcomes;
  outcomes.reserve(items_.size());
  for (Item& item : items_) {
    if (!item.outcome) ++counters_.failed;
    outcomes.push_back(std::move(item.outcome));
  }
  return outcomes;
}

// Whether there is anything to send.
bool Delivery::gather() {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!items_[i].settled) add(i);
  }
  return !groups_.empty();
}

void Delivery::add(std::size_t place) {
  Item& item = items_[place];
  auto route = this->route(item);
  if (!route) {
    item.settled = true;
    item.outcome = std::unexpected(route.error().in("redis " + item.command->name()));
    return;
  }
  if (item.attempts++ > 0) ++counters_.retried;
  Group& group = groups_[{route->node->endpoint(), route->side}];
  if (!group.route.node) group.route = std::move(*route);
  if (item.ask) {
    group.items.push_back(asking);
    group.exchange.commands.push_back(&asking_command());
  }
  group.items.push_back(place);
  group.exchange.commands.push_back(item.command);
}

Result<Route> Delivery::route(const Item& item) {
  if (item.ask) return Route{.node = nodes_.get(item.ask->endpoint, Role::any)};
  return topology_.route(item.command->slot(), item.side, deadline_);
}

// Half of what is left where another server could be asked if the first one hangs.
Deadline Delivery::round_deadline() const {
  const bool alternatives = std::ranges::all_of(groups_, [&](const auto& entry) {
    const Group& group = entry.second;
    return group.route.has_other && std::ranges::all_of(group.items, [&](std::size_t place) {
             return place != asking && items_[place].command->access() != Access::write && !items_[place].other_tried;
           });
  });
  return alternatives ? deadline_.at_most(deadline_.left() / 2) : deadline_;
}

void Delivery::connect(const Deadline& deadline) {
  for (auto& [key, group] : groups_) {
    auto loan = group.route.node->lend(deadline);
    if (loan) {
      group.loan.emplace(std::move(*loan));
      group.exchange.connection = &group.loan->connection();
    } else {
      group.exchange.status = std::unexpected(loan.error());
    }
  }
}

void Delivery::exchange(const Deadline& deadline) {
  std::vector<Exchange> exchanges;
  std::vector<Group*> order;
  for (auto& [key, group] : groups_) {
    if (!group.loan) continue;
    exchanges.push_back(std::move(group.exchange));
    order.push_back(&group);
  }
  counters_.round_trips += exchanges.size();
  redis::run(exchanges, deadline);
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i]->route.node->tell(exchanges[i].status, deadline);
    order[i]->exchange = std::move(exchanges[i]);
  }
}

void Delivery::judge_group(Group& group) {
  // Before anything is tried again, which may want this connection.
  group.loan.reset();
  Exchange& exchange = group.exchange;
  for (std::size_t i = 0; i < group.items.size(); ++i) {
    if (group.items[i] == asking) continue;
    Result<Reply> outcome = std::unexpected(exchange.status ? base::Error{} : exchange.status.error());
    if (i < exchange.replies.size()) outcome = std::move(exchange.replies[i]);
    judge(items_[group.items[i]], group, i < exchange.sent, std::move(outcome));
  }
}

void Delivery::judge(Item& item, const Group& group, bool sent, Result<Reply> outcome) {
  const Endpoint& endpoint = group.route.node->endpoint();
  const Verdict verdict = redis::judge({.access = item.command->access(),
                                        .side = group.route.side,
                                        .sent = sent,
                                        .other_tried = item.other_tried,
                                        .endpoint = endpoint},
                                       outcome);
  item.ask.reset();
  const bool last = item.attempts >= context_.dialer.limits.attempts || deadline_.passed() ||
                    (verdict.next == Verdict::Next::look && item.looks >= max_looks);
  if (verdict.next == Verdict::Next::done || last) {
    settle(item, endpoint, std::move(outcome));
  } else {
    follow(item, verdict);
  }
}

void Delivery::follow(Item& item, const Verdict& verdict) {
  switch (verdict.next) {
    case Verdict::Next::done:
      break;
    case Verdict::Next::other:
      item.other_tried = true;
      item.side = item.side == Side::primary ? Side::replica : Side::primary;
      break;
    case Verdict::Next::redirect:
      ++counters_.redirected;
      if (verdict.redirection->ask) {
        item.ask = verdict.redirection;
      } else {
        item.side = Side::primary;
        topology_.moved(*verdict.redirection);
      }
      break;
    case Verdict::Next::look:
      if (++item.looks > 1) waits_ = true;
      topology_.suspect();
      break;
    case Verdict::Next::wait:
      waits_ = true;
      break;
  }
}

void Delivery::settle(Item& item, const Endpoint& endpoint, Result<Reply> outcome) {
  item.settled = true;
  item.outcome = std::move(outcome);
  const std::string what = "redis " + item.command->name();
  if (!item.outcome) {
    item.outcome = std::unexpected(item.outcome.error().in(what));
  } else if (item.outcome->is_error()) {
    item.outcome = std::unexpected(error_of(*item.outcome).in(endpoint.text()).in(what));
  }
}

void Delivery::pause() {
  waits_ = false;
  Waiter(deadline_.at_most(pauses.delay(++pauses_, context_.random))).pause();
}

}  // namespace aureacore::redis
