// A change of one entity's description in the text of a generated catalog file.
#pragma once

#include <string>
#include <string_view>

namespace aureacore::bench {

struct Edited {
  std::string reference;  // kind:namespace/name of the file's first entity, lower case
  std::string content;    // the file with that entity's description replaced
};

// Works on the generator's block style alone, not on any YAML; throws Failure where it finds no entity.
Edited with_description(std::string_view content, std::string_view description);

}  // namespace aureacore::bench
