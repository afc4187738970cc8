#include "sync/source_tree.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <unordered_set>

#include "sync/planner.h"

namespace aureacore::sync {
namespace {

// The type of the item in a Location's status, as clients see it.
constexpr std::string_view location_target = "aureacore.io/location-target";
// In an entity's status; all of them are diagnostics.
constexpr std::size_t max_problems = 20;

std::vector<entity::Diagnostic> all_diagnostics(const FileRecord* record) {
  if (record == nullptr) return {};
  auto all = record->diagnostics;
  all.insert(all.end(), record->location_diagnostics.begin(), record->location_diagnostics.end());
  return all;
}

using Definitions = std::unordered_set<const entity::Definition*>;

Definitions definitions_of(const FileRecord* record) {
  Definitions all;
  if (record == nullptr) return all;
  for (const auto& definition : record->definitions) all.insert(definition.get());
  return all;
}

void add_difference(const FileRecord* from, const FileRecord* minus, std::vector<entity::DefinitionPtr>& out) {
  if (from == nullptr) return;
  const auto without = definitions_of(minus);
  for (const auto& definition : from->definitions) {
    if (!without.contains(definition.get())) out.push_back(definition);
  }
}

std::string text(const entity::Diagnostic& diagnostic) {
  return fmt::format("{}:{}:{}: {}", diagnostic.path, diagnostic.mark.line, diagnostic.mark.column, diagnostic.message);
}

using Problems = std::map<std::string, std::vector<catalog::Problem>>;

// By key: that the last good version stands in for a broken one, and which targets of a Location aren't there.
Problems problems_of(const FileRecord* record) {
  Problems all;
  if (record == nullptr) return all;
  for (const auto& [key, problem] : record->problems) all[key].push_back(problem);
  for (const auto& diagnostic : record->location_diagnostics) {
    if (diagnostic.entity.empty() || all[diagnostic.entity].size() == max_problems) continue;
    all[diagnostic.entity].push_back({std::string(location_target), text(diagnostic)});
  }
  return all;
}

void add_problems(const FileRecord* before, const FileRecord* after, Update& update) {
  auto now = problems_of(after);
  for (const auto& [key, problems] : problems_of(before)) {
    if (!now.contains(key)) update.problems.try_emplace(key);
  }
  for (auto& [key, problems] : now) update.problems[key] = std::move(problems);
}

std::size_t count_gone(const Update& update) {
  std::unordered_set<std::string_view> put;
  for (const auto& definition : update.put) put.insert(definition->key);
  std::unordered_set<std::string_view> gone;
  for (const auto& definition : update.dropped) {
    if (!put.contains(definition->key)) gone.insert(definition->key);
  }
  return gone.size();
}

}  // namespace

void describe(Update& update, const SourceTree::Table& before) {
  for (const auto& [path, after] : update.records) {
    const auto known = before.records.find(path);
    const FileRecord* old = known == before.records.end() ? nullptr : known->second.get();
    add_difference(after.get(), old, update.put);
    add_difference(old, after.get(), update.dropped);
    if (auto diagnostics = all_diagnostics(after.get()); diagnostics != all_diagnostics(old)) {
      update.diagnostics[path] = std::move(diagnostics);
    }
    add_problems(old, after.get(), update);
  }
  update.definitions_before = before.definitions;
  update.entities_gone = count_gone(update);
}

void replace(Update& update, Update removal) {
  update.dropped.insert(update.dropped.end(), removal.dropped.begin(), removal.dropped.end());
  update.diagnostics.merge(removal.diagnostics);
  update.problems.merge(removal.problems);
  update.definitions_before = removal.definitions_before;
  update.entities_gone = count_gone(update);
}

base::Result<Update> SourceTree::plan(const PlanRequest& request) const {
  auto repository = git::Repository::open(request.mirror);
  if (!repository) return std::unexpected(repository.error());
  FileReader reader(options_, request.mirror, request.commit, request.bring, request.progress, request.stop);
  const auto read_at = [&](const std::string& commit, const BringBlobs& bring, const std::vector<WantedFile>& wanted) {
    return FileReader(options_, request.mirror, commit, bring, {}, request.stop).read(wanted);
  };
  LastGood last_good({request.mirror, request.commit, options_.history}, read_at, request.bring, request.stop);
  return Planner(options_, table_, *repository, reader, last_good, request.commit).run();
}

void SourceTree::commit(const Update& update) {
  for (const auto& [path, record] : update.records) {
    if (const auto known = table_.records.find(path); known != table_.records.end()) {
      forget(*known->second);
      table_.records.erase(known);
    }
    if (record) learn(record);
  }
  table_.globs = update.globs;
  table_.commit = update.commit;
}

Update SourceTree::removal() const {
  Update update;
  for (const auto& [path, record] : table_.records) update.records.emplace(path, nullptr);
  describe(update, table_);
  return update;
}

catalog::SourceContents SourceTree::contents() const {
  catalog::SourceContents contents;
  for (const auto& [path, record] : table_.records) {
    contents.definitions.insert(contents.definitions.end(), record->definitions.begin(), record->definitions.end());
    if (auto diagnostics = all_diagnostics(record.get()); !diagnostics.empty()) {
      contents.diagnostics[path] = std::move(diagnostics);
    }
    for (auto& [key, problems] : problems_of(record.get())) contents.problems[key] = std::move(problems);
  }
  return contents;
}

void SourceTree::share(const std::vector<entity::DefinitionPtr>& definitions) {
  std::size_t next = 0;
  for (auto& [path, record] : table_.records) {
    const std::size_t first = next;
    next += record->definitions.size();
    const std::span shared(definitions.begin() + static_cast<std::ptrdiff_t>(first), record->definitions.size());
    if (std::ranges::equal(shared, record->definitions)) continue;
    auto copy = std::make_shared<FileRecord>(*record);
    copy->definitions.assign(shared.begin(), shared.end());
    record = std::move(copy);
  }
}

void SourceTree::forget(const FileRecord& record) {
  const std::string& path = record.file.path;
  table_.definitions -= record.definitions.size();
  for (const auto& read : record.reads) {
    const auto readers = table_.readers.find(read);
    readers->second.erase(path);
    if (readers->second.empty()) table_.readers.erase(readers);
  }
  for (const auto& target : record.targets) {
    const auto count = table_.exact_targets.find(target.location.pattern);
    if (count != table_.exact_targets.end() && --count->second == 0) table_.exact_targets.erase(count);
  }
  table_.locations.erase(path);
}

void SourceTree::learn(const FileRecordPtr& record) {
  const std::string& path = record->file.path;
  table_.definitions += record->definitions.size();
  for (const auto& read : record->reads) table_.readers[read].insert(path);
  for (const auto& target : record->targets) {
    if (!base::Glob::is_pattern(target.location.pattern)) ++table_.exact_targets[target.location.pattern];
  }
  if (!record->targets.empty()) table_.locations.insert(path);
  table_.records.emplace(path, record);
}

}  // namespace aureacore::sync
