// Real catalogs against the verdicts and entities that Backstage's backend gave for them. The folder comes from the
// environment variable AUREACORE_CORPUS.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "definition/descriptor.h"
#include "definition/testing.h"
#include "definition/testing_corpus.h"

namespace aureacore::definition {
namespace {

namespace dom = simdjson::dom;

struct Explained {
  std::string_view repository;
  std::string_view reference;
  std::string_view reason;
};

constexpr std::string_view location_reason =
    "a Location stays valid when a target can't be read; the target is reported by itself";

constexpr std::string_view kind_reason = "AI resources and MCP servers are known without a module of their own";

constexpr Explained explained[] = {
    {"backstage+demo", "airesource:default/app-frontend-system-migration", kind_reason},
    {"backstage+demo", "airesource:default/mui-to-bui-migration", kind_reason},
    {"backstage+demo", "airesource:default/onboard-to-openapi-server", kind_reason},
    {"backstage+demo", "airesource:default/plugin-analytics-instrumentation", kind_reason},
    {"backstage+demo", "airesource:default/plugin-full-frontend-system-migration", kind_reason},
    {"backstage+demo", "airesource:default/plugin-new-frontend-system-support", kind_reason},
    {"backstage+demo", "api:default/github-mcp-server", kind_reason},
    {"edge-cases", "component:default/directive",
     "%YAML 1.1 doesn't change the schema: it is YAML 1.2's for every file"},
    {"edge-cases", "component:default/binary-tag",
     "tags that the core schema lacks leave the text, not a dump of a JavaScript object"},
    {"edge-cases", "component:default/proto", "a key __proto__ is lost in JavaScript alone"},
    {"edge-cases", "component:default/key-case", "keys that differ only in case are kept apart"},
    {"edge-cases", "component:default/sdb-1", "a syntax error leaves the documents before it as they are"},
    {"edge-cases", "location:default/loc", location_reason},
    {"edge-cases", "location:default/loc-glob", location_reason},
    {"edge-cases", "location:default/loc-type", location_reason},
    {"BESTSELLER+backstage_old", "location:default/acme-corp", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-apis", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-components", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-groups", location_reason},
    {"BESTSELLER+backstage_old", "location:default/example-templates", location_reason},
    {"RoadieHQ+roadie-backstage-plugins", "location:default/roadie-backstage-plugins", location_reason},
    {"RoadieHQ+sample-service", "location:default/roadiehq-discovery", location_reason},
    {"backstage+backstage@2025-01", "location:default/example-groups", location_reason},
    {"backstage+backstage@2025-01", "location:default/example-templates-remote", location_reason},
    {"brunokino+backstage-entities-example", "location:default/backstage-entities-example", location_reason},
    {"janus-idp+backstage-plugins", "location:default/janus-idp-backstage-plugins", location_reason},
};

struct Ours {
  Descriptor descriptor;
  std::multimap<std::string, entity::DefinitionPtr> definitions;
};

class Repository {
 public:
  explicit Repository(const std::filesystem::path& folder) : name_(folder.filename()), files_(folder / "files") {
    entities_ = entities_parser_.load((folder / "entities.json").string()).value();
    errors_ = errors_parser_.load((folder / "errors.json").string()).value();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "files")) {
      const auto extension = entry.path().extension();
      if (entry.is_regular_file() && (extension == ".yaml" || extension == ".yml")) {
        read(std::filesystem::relative(entry.path(), folder / "files").string(), read_bytes(entry.path()));
      }
    }
  }

  // What differs, and is not explained.
  std::vector<std::string> compare() {
    for (const dom::element entity : dom::array(entities_)) check_accepted(entity);
    for (const dom::element error : dom::array(errors_)) check_rejected(error);
    for (const auto& [path, ours] : ours_) check_known(path, ours);
    for (const Explained& entry : explained) {
      if (entry.repository == name_ && !used_.contains(entry.reference)) {
        differences_.push_back(fmt::format("{}: is explained, but doesn't differ", entry.reference));
      }
    }
    return differences_;
  }

 private:
  void read(const std::string& path, const std::string& bytes) {
    Ours& ours = ours_[path];
    ours.descriptor = read_descriptor(context_for(path), bytes, files_);
    for (const Document& document : ours.descriptor.documents) {
      if (document.definition != nullptr) ours.definitions.emplace(document.definition->key, document.definition);
    }
  }

  void differ(const std::string& reference, std::string_view how) {
    for (const Explained& entry : explained) {
      if (entry.repository != name_ || entry.reference != reference) continue;
      used_.insert(entry.reference);
      return;
    }
    differences_.push_back(fmt::format("{}: {}", reference, how));
  }

  std::string first_message(const std::string& path, const std::string& reference) {
    for (const auto& diagnostic : ours_[path].descriptor.diagnostics) {
      if (diagnostic.entity == reference || diagnostic.entity.empty()) return diagnostic.message;
    }
    return "no diagnostic";
  }

  void check_accepted(dom::element entity) {
    const auto reference = reference_of(entity);
    const auto path = without_root(text_at(entity, "/metadata/annotations/backstage.io~1managed-by-location"));
    theirs_.insert(reference);
    const auto [begin, end] = ours_[path].definitions.equal_range(reference);
    if (begin == end)
      return differ(reference, fmt::format("we reject it in {}: {}", path, first_message(path, reference)));
    std::string found;
    for (auto it = begin; it != end; ++it) {
      found = compare_entity(*it->second, entity);
      if (found.empty()) return;
    }
    differ(reference, found);
  }

  static std::string compare_entity(const entity::Definition& definition, dom::element theirs) {
    dom::parser parser;
    const std::string json = entity_json(definition);
    dom::element ours;
    if (parser.parse(json).get(ours) != simdjson::SUCCESS) return "our JSON can't be parsed: " + json;
    if (auto found = difference(ours, theirs, ""); !found.empty()) return found;
    std::set<std::string> relations;
    for (const dom::element relation : dom::array(theirs.at_key("relations").value())) {
      relations.insert(text_at(relation, "/type") + " " + text_at(relation, "/targetRef"));
    }
    for (const entity::RelationView relation : definition.relations) {
      const std::string line = fmt::format("{} {}", entity::name(relation.type), relation.target);
      const bool owner_is_neither_group_nor_user = relation.type == entity::RelationType::owned_by &&
                                                   !relation.target.starts_with("group:") &&
                                                   !relation.target.starts_with("user:");
      if (!relations.contains(line) && !owner_is_neither_group_nor_user) return "relation only in ours: " + line;
    }
    return {};
  }

  void check_rejected(dom::element error) {
    if (const auto target = text_at(error, "/entity/target"); !target.empty()) {
      const auto path = without_root(target);
      if (ours_[path].descriptor.diagnostics.empty()) differ(path, "we find nothing wrong in this file");
      return;
    }
    const auto reference = text_at(error, "/ref");
    const auto path = without_root(text_at(error, "/entity/metadata/annotations/backstage.io~1managed-by-location"));
    rejected_.insert(reference);
    if (ours_[path].definitions.contains(reference)) differ(reference, "we accept it in " + path);
  }

  void check_known(const std::string& path, const Ours& ours) {
    for (const auto& [reference, definition] : ours.definitions) {
      if (!theirs_.contains(reference) && !rejected_.contains(reference))
        differ(reference, "only we know it, from " + path);
    }
  }

  std::string name_;
  FolderFiles files_;
  dom::parser entities_parser_;
  dom::parser errors_parser_;
  dom::element entities_;
  dom::element errors_;
  std::map<std::string, Ours> ours_;
  std::set<std::string> theirs_;
  std::set<std::string> rejected_;
  std::set<std::string_view> used_;
  std::vector<std::string> differences_;
};

TEST(Corpus, WeAcceptAndRejectWhatBackstageDoes) {
  const char* folder = std::getenv("AUREACORE_CORPUS");
  if (folder == nullptr)
    GTEST_SKIP() << "AUREACORE_CORPUS is not set: it names the folder of real catalogs to compare with.";
  int repositories = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!std::filesystem::exists(entry.path() / "entities.json")) continue;
    ++repositories;
    for (const std::string& found : Repository(entry.path()).compare()) {
      ADD_FAILURE() << entry.path().filename().string() << ": " << found;
    }
  }
  EXPECT_GT(repositories, 0);
}

}  // namespace
}  // namespace aureacore::definition
