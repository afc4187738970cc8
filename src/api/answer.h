// Answer: how documents and lists of entities are sent: validator, 304, gzip, in one piece or as a stream.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/worker.h"
#include "query/fields.h"

namespace aureacore::api {

// Smaller bodies are never compressed: it costs more than the network.
constexpr std::size_t gzip_minimum_bytes = 32 << 10;
// Larger ones are made piece by piece as the client takes them.
constexpr std::size_t stream_minimum_bytes = 512 << 10;
constexpr std::string_view json_type = "application/json; charset=utf-8";

// A JSON body in memory, with a validator of these bytes (made of them where `etag` is empty).
void send_json(Call& call, const Label& label, std::span<const std::string_view> parts, std::string_view etag = {});
// The same of another type.
struct Document {
  std::string_view type = json_type;
  std::string_view vary = {};  // request headers that it depends on, besides Accept-Encoding
};
void send_document(Call& call, const Label& label, const Document& document, std::span<const std::string_view> parts,
                   std::string_view etag = {});
// Of an answer that comes from one entity's source alone.
const Label& label_of(Call& call, const catalog::Entity& entity);
// One entity, as it is.
void send_entity(Call& call, const catalog::Entity& entity);
// A body of the moment: no validator, not to be stored.
void send_live(Call& call, int status, std::string_view type, std::string_view body);

// A list of entities (null pointers stand for null) between two pieces of JSON.
struct List {
  catalog::SnapshotPtr snapshot;  // that the entities belong to
  std::vector<const catalog::Entity*> items;
  query::Fields fields;
  std::string before = "[";
  std::string after = "]";
  std::string link;  // the header of that name; empty: none
};

void send_list(Call& call, List list);

}  // namespace aureacore::api
