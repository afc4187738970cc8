#include "redis/cluster.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/text.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

std::optional<std::uint16_t> slot_in(std::int64_t number) {
  if (number < 0 || number >= slot_count) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::optional<Endpoint> endpoint_in(std::string_view text, const Endpoint& asked) {
  // Redis 7 leaves the host out where it doesn't know it, or says '?'.
  const std::size_t colon = text.rfind(':');
  if (colon == 0 || text.starts_with("?:")) return endpoint_in(asked.host + std::string(text.substr(colon)), asked);
  auto endpoint = parse_endpoint(text);
  if (!endpoint) return std::nullopt;
  return std::move(*endpoint);
}

// [host, port, id, …]
std::optional<Endpoint> read_node(const Reply& node, const Endpoint& asked) {
  if (node.elements.size() < 2) return std::nullopt;
  const Reply& host = node.elements[0];
  const Reply& port = node.elements[1];
  const bool text_or_null = host.kind == Reply::Kind::text || host.is_null();
  if (!text_or_null || port.kind != Reply::Kind::integer) return std::nullopt;
  const bool unknown = host.text.empty() || host.text == "?";
  if (port.integer <= 0 || port.integer > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return Endpoint{unknown ? asked.host : host.text, static_cast<std::uint16_t>(port.integer)};
}

}  // namespace

std::optional<Redirection> read_redirection(const Reply& reply, const Endpoint& asked) {
  if (!reply.is_error("MOVED") && !reply.is_error("ASK")) return std::nullopt;
  const auto words = base::split(reply.text, ' ');
  if (words.size() != 3) return std::nullopt;
  const auto number = base::parse_number(words[1]);
  if (!number || *number >= slot_count) return std::nullopt;
  auto endpoint = endpoint_in(words[2], asked);
  if (!endpoint) return std::nullopt;
  return Redirection{
      .ask = words[0] == "ASK", .slot = static_cast<std::uint16_t>(*number), .endpoint = std::move(*endpoint)};
}

Result<SlotMap> SlotMap::read(Reply reply, const Endpoint& asked, const Limits& limits) {
  auto ranges = as_array(std::move(reply));
  if (!ranges) return std::unexpected(ranges.error());
  SlotMap map;
  for (Reply& range : *ranges) {
    if (auto status = map.add_range(std::move(range.elements), asked, limits); !status) {
      return std::unexpected(status.error());
    }
  }
  if (map.shards_.empty()) return fail(Code::unavailable, "expected a Cluster with slots, found none assigned");
  return map;
}

// [first slot, last slot, primary, replica, …]
Status SlotMap::add_range(std::vector<Reply> range, const Endpoint& asked, const Limits& limits) {
  constexpr std::size_t nodes_from = 2;
  const auto unexpected = [] { return fail(Code::corrupt, "expected ranges of slots with their servers"); };
  if (range.size() <= nodes_from) return unexpected();
  const auto first = slot_in(range[0].integer);
  const auto last = slot_in(range[1].integer);
  if (!first || !last || *first > *last) return unexpected();
  if (range.size() > limits.servers || shards_.size() >= limits.servers) {
    return fail(Code::too_large, "the Cluster has more servers than the limit of {}", limits.servers);
  }
  Shard shard;
  for (std::size_t i = nodes_from; i < range.size(); ++i) {
    auto endpoint = read_node(range[i], asked);
    if (!endpoint) return unexpected();
    if (i == nodes_from) {
      shard.primary = std::move(*endpoint);
    } else {
      shard.replicas.push_back(std::move(*endpoint));
    }
  }
  std::fill(shard_of_.begin() + *first, shard_of_.begin() + *last + 1, place_of(std::move(shard)));
  return {};
}

// A primary may have many ranges.
std::uint16_t SlotMap::place_of(Shard shard) {
  const auto known = std::ranges::find(shards_, shard.primary, &Shard::primary);
  const auto place = static_cast<std::uint16_t>(known - shards_.begin());
  if (known == shards_.end()) shards_.push_back(std::move(shard));
  return place;
}

const Shard* SlotMap::find(std::uint16_t slot) const {
  const std::uint16_t place = shard_of_.at(slot);
  return place == none ? nullptr : &shards_[place];
}

void SlotMap::move(const Redirection& redirection) {
  if (shards_.size() < none) shard_of_.at(redirection.slot) = place_of({.primary = redirection.endpoint});
}

}  // namespace aureacore::redis
