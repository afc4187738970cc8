#include "sync/file_record.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace aureacore::sync {
namespace {

constexpr std::string_view last_good = "aureacore.io/last-good-version";

// What a reading says of the documents that were there before.
class Merge {
 public:
  explicit Merge(const FileRecord& now) : now_(now) {
    for (const auto& definition : now.definitions) good_.insert(definition->key);
  }

  // Whether what stood under this key before still stands, for want of a good version.
  [[nodiscard]] bool stays(const std::string& key) const {
    return !good_.contains(key) && (now_.unknown || std::ranges::binary_search(now_.broken, key));
  }

  [[nodiscard]] catalog::Problem problem(const std::string& key) const {
    const std::string& path = now_.file.path;
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
  const FileRecord& now_;
  std::set<std::string, std::less<>> good_;
};

entity::Diagnostic orphan_warning() {
  return {entity::Severity::warning,
          "orphan",
          "expected a Location that leads to this file, found none any more; its entities are served as orphans: name "
          "it in a "
          "Location, or remove it",
          {},
          {},
          {}};
}

void note_broken(FileRecord& record, const definition::Descriptor& descriptor) {
  record.unknown = !descriptor.complete;
  for (const auto& document : descriptor.documents) {
    if (document.definition) continue;
    if (document.key.empty()) {
      record.unknown = true;
    } else {
      record.broken.push_back(document.key);
    }
  }
  std::ranges::sort(record.broken);
}

}  // namespace

FileRecordPtr make_record(const WantedFile& read, definition::Descriptor descriptor) {
  auto record = std::make_shared<FileRecord>();
  record->file = read.file;
  record->origin = read.origin;
  record->place = read.place;
  record->orphan = read.orphan;
  note_broken(*record, descriptor);
  for (auto& document : descriptor.documents) {
    if (!read.orphan) {
      for (auto& target : document.targets) record->targets.push_back({std::move(target), document.key});
    }
    if (document.definition) record->definitions.push_back(document.definition);
  }
  record->diagnostics = std::move(descriptor.diagnostics);
  if (read.orphan) record->diagnostics.push_back(orphan_warning());
  for (auto& diagnostic : record->diagnostics) {
    if (diagnostic.path.empty()) diagnostic.path = record->file.path;
  }
  record->reads = std::move(descriptor.reads);
  std::ranges::sort(record->reads);
  const auto repeated = std::ranges::unique(record->reads);
  record->reads.erase(repeated.begin(), repeated.end());
  return record;
}

bool wants_earlier(const FileRecord& record) {
  return record.file.mode == git::Mode::regular && (record.unknown || !record.broken.empty());
}

FileRecordPtr with_earlier(const FileRecord& record, const FileRecord& earlier) {
  const Merge merge(record);
  auto merged = std::make_shared<FileRecord>(record);
  for (const auto& old : earlier.definitions) {
    if (!merge.stays(old->key)) continue;
    merged->definitions.push_back(old);
    merged->problems[old->key] = merge.problem(old->key);
  }
  for (const auto& target : earlier.targets) {
    if (merge.stays(target.key) && !record.orphan) merged->targets.push_back(target);
  }
  return merged;
}

FileRecordPtr sharing(const FileRecordPtr& record, const FileRecord& before) {
  std::unordered_multimap<std::string_view, entity::DefinitionPtr> known;
  for (const auto& definition : before.definitions) known.emplace(definition->key, definition);
  auto shared = std::make_shared<FileRecord>(*record);
  for (auto& definition : shared->definitions) {
    const auto [first, last] = known.equal_range(definition->key);
    const auto equal = std::find_if(first, last, [&](const auto& entry) { return same(*entry.second, *definition); });
    if (equal != last) definition = equal->second;
  }
  return shared;
}

}  // namespace aureacore::sync
