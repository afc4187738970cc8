#include "api/answer.h"

#include <algorithm>

#include "api/list_body.h"
#include "base/hash.h"

namespace aureacore::api {
namespace {

// `"<hash>"`, for the compressed form `"<hash>-gzip"`: other bytes, another validator.
std::string quoted(std::string_view etag, bool gzip) { return fmt::format("\"{}{}\"", etag, gzip ? "-gzip" : ""); }

std::string hash_of(std::span<const std::string_view> parts) {
  base::Hasher128 hasher;
  for (const std::string_view part : parts) hasher.update(part);
  const auto hex = hasher.digest().hex();
  return {hex.data(), hex.size()};
}

// Everything that the bytes depend on: the entities by their etags, the slice, and what stands around them.
std::string hash_of(const List& list) {
  base::Hasher128 hasher;
  hasher.update(list.before);
  for (const catalog::Entity* entity : list.items) hasher.update(entity == nullptr ? "null," : entity->etag_text());
  for (const std::string& path : list.fields.paths()) {
    hasher.update(path);
    hasher.update(",");
  }
  hasher.update(list.after);
  const auto hex = hasher.digest().hex();
  return {hex.data(), hex.size()};
}

bool wants_gzip(const Call& call, std::size_t size) {
  return size >= gzip_minimum_bytes && !call.conditions.accept_encoding.empty() && http::accepts_gzip(call.request);
}

// A precondition that fails (RFC 9110, 13.1.2): only for GET and HEAD does it mean that the client has the bytes already.
Problem precondition_failed() {
  return {.status = 412,
          .type = "precondition-failed",
          .title = "The answer is what If-None-Match excludes",
          .detail =
              "expected If-None-Match with GET or HEAD alone, or with another entity tag: for this method the answer "
              "is not sent where it is still the same"};
}

// The head of a 200, or the whole of a 304 or 412 (then true).
bool begin(Call& call, const Label& label, std::string_view etag, std::string_view link = {},
           const Document& document = {}) {
  const bool unchanged = matches(call.conditions.if_none_match, etag);
  const bool is_get = call.request.method == http::Method::get || call.request.method == http::Method::head;
  if (unchanged && !is_get) return call.fail(precondition_failed()), true;
  call.response.start(unchanged ? 304 : 200);
  if (!unchanged) call.response.header("Content-Type", document.type);
  call.response.header("ETag", etag);
  call.response.header("Vary", "Accept-Encoding");
  if (!document.vary.empty()) call.response.header("Vary", document.vary);
  if (!link.empty()) call.response.header("Link", link);
  call.write_label(label);
  if (unchanged) call.response.send({});
  return unchanged;
}

void finish(Call& call, std::span<const std::string_view> parts, bool gzip) {
  if (!gzip) return call.response.send(parts);
  const std::string body = http::gzip(parts);
  call.response.header("Content-Encoding", "gzip");
  call.response.send({body});
}

// The size of a list of whole entities, to the byte.
std::size_t size_of(const List& list) {
  std::size_t size = list.before.size() + list.after.size() + (list.items.empty() ? 0 : list.items.size() - 1);
  for (const catalog::Entity* entity : list.items)
    size += entity == nullptr ? std::string_view("null").size() : entity->json_size();
  return size;
}

void collect(const List& list, std::vector<std::string_view>& parts) {
  parts.push_back(list.before);
  bool first = true;
  for (const catalog::Entity* entity : list.items) {
    if (!first) parts.emplace_back(",");
    first = false;
    if (entity == nullptr) {
      parts.emplace_back("null");
    } else {
      for (const std::string_view part : entity->json()) parts.push_back(part);
    }
  }
  parts.push_back(list.after);
}

std::string slice(List& list) {
  std::string body = list.before;
  std::string json;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (i != 0) body.push_back(',');
    append_item(list, i, json, body);
  }
  return body += list.after;
}

// A slice is at most as large as the whole, so whole entities' size says well enough which way to take.
void send_slices(Call& call, List list, const std::string& hash, std::size_t size) {
  const Label& label = call.label();
  if (size >= stream_minimum_bytes) {
    const bool gzip = wants_gzip(call, size);
    if (begin(call, label, quoted(hash, gzip), list.link)) return;
    return call.response.stream(std::make_unique<ListBody>(std::move(list)), -1, gzip);
  }
  const std::string body = slice(list);
  const bool gzip = wants_gzip(call, body.size());
  if (begin(call, label, quoted(hash, gzip), list.link)) return;
  finish(call, std::array{std::string_view(body)}, gzip);
}

}  // namespace

void send_json(Call& call, const Label& label, std::span<const std::string_view> parts, std::string_view etag) {
  send_document(call, label, {}, parts, etag);
}

void send_document(Call& call, const Label& label, const Document& document, std::span<const std::string_view> parts,
                   std::string_view etag) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  const bool gzip = wants_gzip(call, size);
  const std::string hash = etag.empty() ? hash_of(parts) : std::string(etag);
  if (!begin(call, label, quoted(hash, gzip), {}, document)) finish(call, parts, gzip);
}

const Label& label_of(Call& call, const catalog::Entity& entity) {
  // An earlier version's age is that of the whole.
  if (call.settled.checked) return call.label();
  return call.worker.labels().of_source(*call.snapshot, call.worker.reader().generation(),
                                        entity.definition->place.file->source);
}

void send_entity(Call& call, const catalog::Entity& entity) {
  send_json(call, label_of(call, entity), entity.json(), entity.etag_text());
}

void send_live(Call& call, int status, std::string_view type, std::string_view body) {
  call.response.start(status);
  call.response.header("Content-Type", type);
  call.response.header("Date", http_date(call.context().clock.wall()));
  call.response.header("Cache-Control", "no-store");
  if (call.snapshot != nullptr) call.response.header("AureaCore-Version", call.snapshot->token());
  call.response.send({body});
}

void send_list(Call& call, List list) {
  const std::size_t size = size_of(list);
  const std::string hash = hash_of(list);
  if (!list.fields.is_everything()) return send_slices(call, std::move(list), hash, size);
  const bool gzip = wants_gzip(call, size);
  if (begin(call, call.label(), quoted(hash, gzip), list.link)) return;
  if (size >= stream_minimum_bytes) {
    return call.response.stream(std::make_unique<ListBody>(std::move(list)), static_cast<std::int64_t>(size), gzip);
  }
  auto& parts = call.worker.parts();
  collect(list, parts);
  finish(call, parts, gzip);
}

}  // namespace aureacore::api
