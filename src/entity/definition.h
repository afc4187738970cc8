// Definition: one entity as one document of one file defines it, validated and rendered, before it meets the others.
//
// A value: immutable once made, shared between threads and snapshots. The catalog adds what depends on other entities
// (relations in the other direction, status, etag) without touching it. Its JSON comes in two halves because the etag,
// which depends on all of it, stands at the end of `metadata`:
//
//   metadata_json  {"apiVersion":"…","kind":"…","metadata":{"name":"…",…     (open: no closing brace)
//   spec_json      ,"spec":{…}                                                (empty where there is no spec)
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "entity/diagnostic.h"
#include "entity/reference.h"
#include "entity/relation.h"

namespace aureacore::entity {

enum class Criticality : std::uint8_t { low, normal, high, critical };

// A file of a source; one object for all definitions in it.
struct SourceFile : boost::intrusive_ref_counter<SourceFile> {
  SourceFile(std::string source_id, std::string path_in_repository)
      : source(std::move(source_id)), path(std::move(path_in_repository)) {}
  const std::string source;  // the source's id
  const std::string path;    // in the repository
};

using SourceFilePtr = boost::intrusive_ptr<const SourceFile>;

// Where a definition stands. Ordered by source, path and document.
struct Place {
  SourceFilePtr file;          // never null
  std::uint32_t document = 0;  // from 0
  friend std::strong_ordering operator<=>(const Place& a, const Place& b);
  friend bool operator==(const Place& a, const Place& b) { return (a <=> b) == 0; }
};

struct Definition : boost::intrusive_ref_counter<Definition> {
  // What a look-up reads stands together.
  std::string key;  // reference.canonical()
  std::string metadata_json;
  std::string spec_json;
  Reference reference;
  Place place;
  Mark mark;
  Relations relations;  // what this document says
  Criticality criticality = Criticality::normal;
  bool orphan = false;  // nothing leads to its file any more
};

using DefinitionPtr = boost::intrusive_ptr<const Definition>;

// Which of two definitions of one entity is served, on every instance alike, whichever was read first: the one at the
// smaller place, but an orphan only where there is no other.
bool precedes(const Definition& a, const Definition& b);

// Whether both say the same at the same place.
bool same(const Definition& a, const Definition& b);

// The entity's uid: a UUID made of its canonical reference, the same on every instance (RFC 9562, version 8).
std::string uid(std::string_view key);

}  // namespace aureacore::entity
