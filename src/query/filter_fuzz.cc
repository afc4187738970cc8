// Filter expressions and predicates from anyone: parsed and evaluated on a small catalog, they end in a selection or an
// error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "query/query.h"
#include "query/testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aureacore;
  static const catalog::SnapshotPtr snapshot = query::testing::build();
  static query::JsonParser parser;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  query::Query query;
  // A line for the filter; what follows is a predicate or the text to look for.
  query.filters.push_back(text.substr(0, line));
  if (line != std::string::npos) {
    const std::string rest = text.substr(line + 1);
    (rest.starts_with('{') ? query.predicate : query.text) = rest;
    query.text_fields = {"metadata.description", "spec.nested.deep"};
  }
  const auto selected = select(query, *snapshot, parser);
  if (selected && selected->count() > snapshot->size()) std::abort();
  if (!selected && selected.error().message.empty()) std::abort();
  return 0;
}
