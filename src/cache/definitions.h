// Definitions as bytes, in parts of any kind: the files that they stand in once per part, then one after the other.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/wire.h"
#include "catalog/entity.h"
#include "entity/definition.h"

namespace aureacore::cache {

// Texts that stand in an entity's JSON already, by where they stand there: its relations and what it is found by.
class Quotes {
 public:
  explicit Quotes(const entity::Definition& definition, std::string_view tail = {})
      : pieces_{definition.metadata_json, definition.spec_json, tail} {}
  void write(Output& out, std::string_view quote) const;
  // A view into the JSON where it stands there, otherwise (then `is_literal`) into the input's bytes.
  std::string_view read(Input& in, bool& is_literal) const;

 private:
  std::array<std::string_view, 3> pieces_;
};

class DefinitionWriter {
 public:
  // Writes the table of their files first.
  DefinitionWriter(Output& out, const std::vector<const entity::Definition*>& definitions);
  // All but the relations, which may be quoted from something that is written later.
  void write(const entity::Definition& definition);
  void write_relations(const entity::Definition& definition, const Quotes& quotes);

 private:
  Output& out_;
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> files_;
};

// One object for each file, whichever part names it. Thread safe.
class Files {
 public:
  entity::SourceFilePtr get(std::string_view source, std::string_view path);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string_view, std::string_view>, entity::SourceFilePtr> files_;  // guarded by mutex_
};

class DefinitionReader {
 public:
  DefinitionReader(Input& in, Files& files);
  // What can't be so shows in the input.
  boost::intrusive_ptr<entity::Definition> read();
  void read_relations(entity::Definition& definition, const Quotes& quotes);

 private:
  Input& in_;
  std::vector<entity::SourceFilePtr> files_;
};

void write_problems(Output& out, const std::vector<catalog::Problem>& problems);
std::vector<catalog::Problem> read_problems(Input& in);

}  // namespace aureacore::cache
