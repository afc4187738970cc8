#include "entity/version_order.h"

#include <algorithm>

namespace aureacore::entity {
namespace {

// What stands of one and of another, both together.
Order combine(Order one, Order other) {
  if (one == other || other == Order::equal) return one;
  return one == Order::equal ? other : Order::incomparable;
}

// Visits each source that either version has, in order: visit(component or null, component or null).
template <class Visit>
void visit_both(const Version& first, const Version& second, const Visit& visit) {
  auto one = first.components().begin();
  auto other = second.components().begin();
  const auto end = first.components().end();
  const auto other_end = second.components().end();
  while (one != end || other != other_end) {
    if (other == other_end || (one != end && one->source < other->source)) {
      visit(&*one++, nullptr);
    } else if (one == end || other->source < one->source) {
      visit(nullptr, &*other++);
    } else {
      visit(&*one++, &*other++);
    }
  }
}

Order compare(const SourceVersion* first, const SourceVersion* second, const HasAncestor& has_ancestor) {
  if (first == nullptr) return Order::before;
  if (second == nullptr) return Order::after;
  return entity::compare(*first, *second, has_ancestor);
}

}  // namespace

bool never_rewritten(const SourceVersion& later, const SourceVersion& earlier) {
  return later.position > earlier.position;
}

Order compare(const SourceVersion& first, const SourceVersion& second, const HasAncestor& has_ancestor) {
  if (first == second) return Order::equal;
  if (first.position > second.position && has_ancestor(first, second)) return Order::after;
  if (first.position < second.position && has_ancestor(second, first)) return Order::before;
  return Order::incomparable;
}

Order compare(const Version& first, const Version& second, const HasAncestor& has_ancestor) {
  Order order = Order::equal;
  visit_both(first, second, [&](const SourceVersion* one, const SourceVersion* other) {
    if (order != Order::incomparable) order = combine(order, compare(one, other, has_ancestor));
  });
  return order;
}

std::vector<std::string> conflicts(const Version& first, const Version& second, const HasAncestor& has_ancestor) {
  std::vector<std::string> sources;
  visit_both(first, second, [&](const SourceVersion* one, const SourceVersion* other) {
    if (compare(one, other, has_ancestor) == Order::incomparable) sources.push_back(one->source);
  });
  return sources;
}

std::optional<Version> merge(const Version& first, const Version& second, const HasAncestor& has_ancestor) {
  std::optional<Version> merged = Version();
  visit_both(first, second, [&](const SourceVersion* one, const SourceVersion* other) {
    if (!merged) return;
    const Order order = compare(one, other, has_ancestor);
    if (order == Order::incomparable) return merged.reset();
    merged->set(order == Order::before ? *other : *one);
  });
  return merged;
}

}  // namespace aureacore::entity
