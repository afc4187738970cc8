#include "redis/sentinel.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;

// Not "disconnected": the Sentinel cuts its own link, too, when it makes a replica the primary.
constexpr std::array<std::string_view, 2> unusable = {"s_down", "o_down"};

// A record is an array of names and values in turn, under both versions of the protocol.
std::string_view field(const Reply& record, std::string_view name) {
  for (std::size_t i = 0; i + 1 < record.elements.size(); i += 2) {
    if (record.elements[i].text == name) return record.elements[i + 1].text;
  }
  return {};
}

// That its link to the primary is down doesn't matter: just then it is needed most.
bool usable(const Reply& record) {
  return std::ranges::none_of(base::split(field(record, "flags"), ','), [](std::string_view flag) {
    return std::ranges::find(unusable, flag) != unusable.end();
  });
}

Result<Endpoint> endpoint_of(std::string_view host, std::string_view port) {
  return parse_endpoint(fmt::format("{}:{}", host, port));
}

}  // namespace

Result<Shard> read_sentinel(Reply primary, Reply replicas, const Limits& limits) {
  if (primary.is_null()) return fail(Code::not_found, "the Sentinel knows no primary of this name");
  auto place = as_array(std::move(primary));
  if (!place) return std::unexpected(place.error());
  if (place->size() != 2)
    return fail(Code::corrupt, "expected the primary's host and port, found {} words", place->size());
  auto endpoint = endpoint_of((*place)[0].text, (*place)[1].text);
  if (!endpoint) return std::unexpected(endpoint.error());
  auto records = as_array(std::move(replicas));
  if (!records) return std::unexpected(records.error());
  if (records->size() > limits.servers) {
    return fail(Code::too_large, "the primary has more replicas than the limit of {}", limits.servers);
  }
  Shard shard{.primary = std::move(*endpoint)};
  for (const Reply& record : *records) {
    auto replica = endpoint_of(field(record, "ip"), field(record, "port"));
    if (replica && usable(record)) shard.replicas.push_back(std::move(*replica));
  }
  return shard;
}

}  // namespace aureacore::redis
