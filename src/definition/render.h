// A checked document → the two halves of its entity's JSON (see entity/definition.h).
#pragma once

#include <string>
#include <string_view>

#include "definition/descriptor.h"
#include "definition/node.h"

namespace aureacore::definition {

// The annotations that say where an entity comes from; the same for all entities of a file.
struct PlaceAnnotations {
  std::string location;
  std::string origin;
  std::string view;  // empty, like `edit`: none
  std::string edit;
  std::string source;
  std::string orphan;  // empty: it is none
};

PlaceAnnotations make_place_annotations(const FileContext& context);

// `key`: the entity's canonical reference.
std::string render_metadata(const Node& root, std::string_view key, const PlaceAnnotations& place);
std::string render_spec(const Node& root);

}  // namespace aureacore::definition
