// Texts: a definition → the texts that it is found by in full-text search; and TextEdits, what an Editor does to the
// search index of its snapshot.
//
// Of the annotations those that say where the entity's file lies are left out: every entity has them, and nobody means
// them. One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "entity/definition.h"
#include "search/index.h"

namespace aureacore::catalog {

class Texts {
 public:
  // Valid until the next call, and as long as the definition.
  const search::Document& read(const entity::Definition& definition);

 private:
  void add(search::Field field, std::string_view json);
  // Each value that a filter finds there: a text, a number, an array's items.
  void add_values(search::Field field, std::string_view json);
  void read_metadata(std::string_view json);
  void read_annotations(std::string_view json);
  void read_spec(std::string_view json);

  search::Document document_;
  std::deque<std::string> unescaped_;
  std::string scratch_;
};

class TextEdits {
 public:
  // The definition's entity gets or leaves this slot; in the order in which they do.
  void enter(std::uint32_t slot, entity::DefinitionPtr definition) { add(slot, true, std::move(definition)); }
  void leave(std::uint32_t slot, entity::DefinitionPtr definition) { add(slot, false, std::move(definition)); }

  [[nodiscard]] std::size_t size() const { return steps_.size(); }
  // Once.
  void apply(search::Index& index);

 private:
  struct Step {
    std::uint32_t slot;
    std::uint32_t number;
    bool enters;
    entity::DefinitionPtr definition;
  };

  void add(std::uint32_t slot, bool enters, entity::DefinitionPtr definition) {
    steps_.push_back({slot, static_cast<std::uint32_t>(steps_.size()), enters, std::move(definition)});
  }

  std::vector<Step> steps_;
};

}  // namespace aureacore::catalog
