// The hot path: GET /api/catalog/entities/by-name/{kind}/{namespace}/{name}. No allocation, no lock, no clock.
#include <algorithm>
#include <array>
#include <cstring>

#include "api/answer.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::string_view prefix = "/api/catalog/entities/by-name/";
constexpr std::size_t max_key = 256;  // a longer one than any valid reference

// Writes "kind:namespace/name" in lower case for "kind/namespace/name"; nothing where that takes more than a plain
// copy.
std::string_view make_key(std::string_view path, std::array<char, max_key>& key) {
  if (path.size() > key.size()) return {};
  std::size_t slashes = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') return {};
    if (c == '/') c = ++slashes == 1 ? ':' : '/';
    key[i] = base::lower(c);
  }
  return slashes == 2 ? std::string_view(key.data(), path.size()) : std::string_view{};
}

// `ETag: "…"` and, for a body, its type: all but the tag itself is fixed.
constexpr std::string_view full_head =
    "ETag: \"00000000000000000000000000000000\"\r\nContent-Type: application/json; charset=utf-8\r\n";
constexpr std::size_t tag_at = 6;
constexpr std::size_t tag_size = 34;  // with its quotes
constexpr std::size_t unchanged_size = tag_at + tag_size + 2;

}  // namespace

bool Worker::look_up(const http::Request& request, http::Response& response) {
  if (request.method != http::Method::get && request.method != http::Method::head) return false;
  if (!request.path.starts_with(prefix) || !request.query.empty()) return false;
  std::array<char, max_key> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): written as far as it is read
  const std::string_view key = make_key(request.path.substr(prefix.size()), buffer);
  const catalog::Snapshot* snapshot = reader_.current();
  if (key.empty() || snapshot == nullptr) return false;
  const catalog::Entity* entity = snapshot->find(key);
  if (entity == nullptr || entity->json_size() >= gzip_minimum_bytes) return false;
  entity->ask_for_json();
  const Conditions conditions = read_conditions(request, header_scratch_);
  if (conditions.ask_for_level()) return false;

  const Label& label = labels_.of_source(*snapshot, reader_.generation(), entity->definition->place.file->source);
  count(label.stale ? CacheResult::stale : CacheResult::hit);
  std::array<char, full_head.size()> head;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::memcpy(head.data(), full_head.data(), head.size());
  std::memcpy(head.data() + tag_at + 1, entity->etag.data(), entity->etag.size());
  const std::string_view lines(head.data(), head.size());
  const bool unchanged =
      !conditions.if_none_match.empty() && matches(conditions.if_none_match, lines.substr(tag_at, tag_size));
  response.start(unchanged ? 304 : 200);
  response.block(unchanged ? lines.substr(0, unchanged_size) : lines);
  response.block(label.lines);
  if (unchanged) {
    response.send({});
  } else {
    response.send(entity->json());
  }
  return true;
}

}  // namespace aureacore::api
