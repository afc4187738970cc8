#include "sync/file_record.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace aureacore::sync {
namespace {

constexpr std::string_view last_good = "aureacore.io/last-good-version";

bool same(const entity::Definition& a, const entity::Definition& b) {
  return a.key == b.key && a.place == b.place && a.mark == b.mark && a.criticality == b.criticality &&
         a.reference == b.reference && a.spec_json == b.spec_json && a.metadata_json == b.metadata_json &&
         a.relations == b.relations;
}

// What a new reading says of the documents that were there before.
class Merge {
 public:
  Merge(const definition::Descriptor& now, const FileRecord& before) : now_(now), unknown_(!now.complete) {
    for (const auto& definition : before.definitions) known_.emplace(definition->key, definition);
    for (const auto& document : now.documents) {
      if (document.definition) {
        good_.insert(document.key);
      } else if (document.key.empty()) {
        unknown_ = true;
      } else {
        broken_.insert(document.key);
      }
    }
  }

  // The same object as before where nothing changed.
  [[nodiscard]] entity::DefinitionPtr reuse(const entity::DefinitionPtr& definition) const {
    const auto [first, last] = known_.equal_range(definition->key);
    for (auto at = first; at != last; ++at) {
      if (same(*at->second, *definition)) return at->second;
    }
    return definition;
  }

  // Whether what stood under this key before still stands, for want of a good version.
  [[nodiscard]] bool stays(const std::string& key) const {
    return !good_.contains(key) && (unknown_ || broken_.contains(key));
  }

  [[nodiscard]] catalog::Problem problem(const std::string& key, const std::string& path) const {
    const entity::Diagnostic* cause = nullptr;
    for (const auto& diagnostic : now_.diagnostics) {
      if (diagnostic.severity != entity::Severity::error) continue;
      if (diagnostic.entity == key) {
        cause = &diagnostic;
        break;
      }
      if (cause == nullptr) cause = &diagnostic;
    }
    if (cause == nullptr) return {std::string(last_good), fmt::format("{}: the document is broken", path)};
    return {std::string(last_good),
            fmt::format("{}:{}:{}: {}", path, cause->mark.line, cause->mark.column, cause->message)};
  }

 private:
  const definition::Descriptor& now_;
  std::unordered_multimap<std::string_view, entity::DefinitionPtr> known_;  // by key
  bool unknown_;                                                            // some documents' keys couldn't be told
  std::set<std::string, std::less<>> good_;
  std::set<std::string, std::less<>> broken_;
};

void keep_last_good(FileRecord& record, const definition::Descriptor& descriptor, const FileRecord& before) {
  const Merge merge(descriptor, before);
  for (auto& definition : record.definitions) definition = merge.reuse(definition);
  for (const auto& old : before.definitions) {
    if (!merge.stays(old->key)) continue;
    record.definitions.push_back(old);
    record.problems[old->key] = merge.problem(old->key, record.file.path);
  }
  for (const auto& target : before.targets) {
    if (merge.stays(target.key)) record.targets.push_back(target);
  }
}

}  // namespace

FileRecordPtr make_record(git::File file, std::string origin, entity::SourceFilePtr place,
                          definition::Descriptor descriptor, const FileRecord* before) {
  auto record = std::make_shared<FileRecord>();
  record->file = std::move(file);
  record->origin = std::move(origin);
  record->place = std::move(place);
  for (auto& document : descriptor.documents) {
    for (auto& target : document.targets) record->targets.push_back({std::move(target), document.key});
    if (document.definition) record->definitions.push_back(document.definition);
  }
  if (before != nullptr && record->file.mode == git::Mode::regular) keep_last_good(*record, descriptor, *before);
  record->diagnostics = std::move(descriptor.diagnostics);
  for (auto& diagnostic : record->diagnostics) {
    if (diagnostic.path.empty()) diagnostic.path = record->file.path;
  }
  record->reads = std::move(descriptor.reads);
  std::ranges::sort(record->reads);
  const auto repeated = std::ranges::unique(record->reads);
  record->reads.erase(repeated.begin(), repeated.end());
  return record;
}

}  // namespace aureacore::sync
