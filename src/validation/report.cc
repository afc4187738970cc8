#include "validation/report.h"

#include <algorithm>
#include <array>

namespace aureacore::validation {
namespace {

constexpr std::array<Rule, 12> rules{{
    {"conflict", "An entity is defined more than once",
     "Keep one of the definitions and remove or rename the others: kind, namespace and name together must be unique, "
     "regardless of case."},
    {"dangling", "A reference leads to no known entity",
     "Correct the reference, or add the entity. Where another repository defines it, name it in a file given with "
     "--known."},
    {"envelope", "A document is not an entity",
     "Begin each document with apiVersion, kind and metadata as the kind asks for, and put everything else under "
     "metadata or spec."},
    {"field", "A field is missing or has a wrong value",
     "Give the field a value of the form that the message names; strings that look like numbers, dates or true and "
     "false need quotes."},
    {"file", "A file can't be read",
     "Make it a regular file that may be read: the catalog follows no symbolic links and reads no devices."},
    {"kind", "A kind is not allowed or doesn't fit its schema",
     "Give the fields the form that the kind's schema asks for, or declare the kind in the configuration."},
    {"limit", "A limit is passed", "Split the file, or raise the limit in the configuration of the server."},
    {"location", "A Location leads nowhere",
     "Name files of this repository, by paths relative to the Location's file; mark those that may be missing with "
     "presence: optional; add other repositories as sources of their own."},
    {"placeholder", "A placeholder can't be resolved",
     "Name a file of this repository after $text, $json or $yaml, by a path relative to the descriptor."},
    {"reference", "A reference is not well-formed",
     "Write references as [kind:][namespace/]name, as in component:default/payments."},
    {"selection", "Nothing was found to validate",
     "Name the files, or say with --include which files are descriptors."},
    {"yaml", "A file is not YAML",
     "Correct the syntax at the place named: mostly it is indentation, a tab, a missing colon or quote, or a key given "
     "twice."},
}};

constexpr Rule other{"other", "Something is wrong", "See the message."};

}  // namespace

const Rule& rule(std::string_view id) {
  const auto found = std::ranges::find(rules, id, &Rule::id);
  return found == rules.end() ? other : *found;
}

}  // namespace aureacore::validation
