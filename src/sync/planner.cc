#include "sync/planner.h"

#include <fmt/core.h>

#include <algorithm>

namespace aureacore::sync {

Planner::Planner(const TreeOptions& options, const SourceTree::Table& table, const git::Repository& repository,
                 FileReader& reader, LastGood& last_good, std::string commit)
    : options_(options), table_(table), repository_(repository), reader_(reader), last_good_(last_good) {
  update_.commit = std::move(commit);
  update_.globs = table.globs;
}

base::Result<Update> Planner::run() {
  auto status = table_.commit.empty() ? collect_all() : collect_changes();
  if (status) status = read_queued();
  if (status && follow_) status = follow_locations();
  if (status) status = check_limit();
  if (!status) return std::unexpected(status.error());
  update_.files_read = reader_.files_read();
  update_.gaps = last_good_.gave_up();
  describe(update_, table_);
  return std::move(update_);
}

bool Planner::included(std::string_view path) const {
  return base::any_matches(options_.include, path) && !base::any_matches(options_.exclude, path);
}

FileRecordPtr Planner::current(std::string_view path) const {
  if (const auto changed = update_.records.find(path); changed != update_.records.end()) return changed->second;
  const auto known = table_.records.find(path);
  return known == table_.records.end() ? nullptr : known->second;
}

base::Status Planner::collect_all() {
  auto files =
      repository_.files(update_.commit, [this](std::string_view path) { return included(path); }, options_.files);
  if (!files) return std::unexpected(files.error());
  for (const auto& file : *files) queue(file, file.path);
  if (!options_.orphans.empty()) follow_ = true;
  return {};
}

base::Status Planner::collect_changes() {
  auto changes = repository_.changes(table_.commit, update_.commit);
  if (!changes) return std::unexpected(changes.error());
  for (const auto& change : *changes) seen_[change.path] = change.now;
  for (const auto& change : *changes) collect_change(change);
  change_globs();
  return queue_mended();
}

// A broken file that is as it was may have been whole in between: then what stands in for it is another version.
base::Status Planner::queue_mended() {
  ByPath<PathSet> broken;  // path → the broken files that it concerns
  for (const auto& [path, record] : table_.records) {
    if (!wants_earlier(*record) || seen_.contains(path)) continue;
    broken[path].insert(path);
    for (const auto& read : record->reads) broken[read].insert(path);
  }
  PathSet mended;
  const auto note = [&](const std::string& path) {
    if (const auto found = broken.find(path); found != broken.end())
      mended.insert(found->second.begin(), found->second.end());
  };
  std::string at = update_.commit;
  for (std::size_t i = 0; !broken.empty() && at != table_.commit; ++i) {
    auto parent = repository_.parent(at);
    if (!parent) return std::unexpected(parent.error());
    if (i == 0 && *parent == table_.commit) break;  // nothing is in between
    if (!*parent || i == options_.history.commits) {
      // Another history.
      for (const auto& [path, files] : broken) note(path);
      break;
    }
    const auto changes = repository_.changes(**parent, at);
    if (!changes) return std::unexpected(changes.error());
    for (const auto& change : *changes) note(change.path);
    at = *std::move(*parent);
  }
  for (const auto& path : mended) {
    const auto& record = table_.records.at(path);
    queue(record->file, record->origin, record->orphan);
  }
  return {};
}

void Planner::collect_change(const git::Change& change) {
  const auto known = table_.records.find(change.path);
  const bool by_glob = included(change.path);
  if (change.now && (by_glob || known != table_.records.end())) {
    queue(*change.now, by_glob ? change.path : known->second->origin, !by_glob && known->second->orphan);
  } else if (!change.now && by_glob && known != table_.records.end()) {
    set_gone(change.path);
  }
  queue_readers(change.path);
  if (known == table_.records.end() || !change.now) note_existence(change);
}

void Planner::queue_readers(const std::string& path) {
  const auto readers = table_.readers.find(path);
  if (readers == table_.readers.end()) return;
  for (const auto& reader : readers->second) {
    // One that changed itself is queued, or gone, by its own change.
    if (seen_.contains(reader)) continue;
    const auto& record = table_.records.at(reader);
    queue(record->file, record->origin, record->orphan);
  }
}

// A path came or went: Locations that name it lead elsewhere now.
void Planner::note_existence(const git::Change& change) {
  if (table_.exact_targets.contains(change.path)) follow_ = true;
  for (const auto& [pattern, matches] : update_.globs) {
    if (!matches.glob->matches(change.path)) continue;
    glob_changes_[pattern].emplace_back(change.path, change.now.has_value());
    follow_ = true;
  }
}

// The sets of a glob are shared with the table, so a changed one is a new one.
void Planner::change_globs() {
  for (const auto& [pattern, changes] : glob_changes_) {
    auto& shared = update_.globs.at(pattern).paths;
    PathSet paths = *shared;
    for (const auto& [path, exists] : changes) {
      if (exists) {
        paths.insert(path);
      } else {
        paths.erase(path);
      }
    }
    shared = std::make_shared<const PathSet>(std::move(paths));
  }
}

void Planner::queue(const git::File& file, const std::string& origin, bool orphan) {
  const auto before = current(file.path);
  queued_[file.path] = WantedFile{file, origin, before ? before->place : nullptr, orphan};
}

void Planner::set_gone(const std::string& path) {
  const auto before = current(path);
  if (before && !before->targets.empty()) follow_ = true;
  if (table_.records.contains(path)) {
    update_.records[path] = nullptr;
  } else {
    update_.records.erase(path);
  }
}

base::Status Planner::read_queued() {
  std::vector<WantedFile> wanted;
  std::vector<FileRecordPtr> before;
  wanted.reserve(queued_.size());
  for (auto& [path, file] : queued_) {
    before.push_back(current(path));
    wanted.push_back(std::move(file));
  }
  queued_.clear();
  auto records = reader_.read(wanted);
  if (!records) return std::unexpected(records.error());
  if (auto completed = complete(*records, before); !completed) return completed;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto& record = (*records)[i];
    static const std::vector<Target> none;
    if (record->targets != (before[i] ? before[i]->targets : none)) follow_ = true;
    // The same bytes' Locations lead where they led unless follow_locations() finds otherwise.
    if (before[i] && !before[i]->location_diagnostics.empty() && !record->targets.empty()) {
      auto copy = std::make_shared<FileRecord>(*record);
      copy->location_diagnostics = before[i]->location_diagnostics;
      record = std::move(copy);
    }
    update_.records[wanted[i].file.path] = std::move(record);
  }
  return check_limit();
}

base::Status Planner::complete(std::vector<FileRecordPtr>& records, const std::vector<FileRecordPtr>& before) {
  std::vector<LastGood::Broken> broken;
  std::vector<std::size_t> where;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!wants_earlier(*records[i])) continue;
    broken.push_back({records[i], before[i]});
    where.push_back(i);
  }
  if (auto filled = last_good_.fill_in(broken); !filled) return filled;
  for (std::size_t i = 0; i < where.size(); ++i) records[where[i]] = std::move(broken[i].record);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (before[i]) records[i] = sharing(records[i], *before[i]);
  }
  return {};
}

base::Status Planner::check_limit() const {
  std::size_t count = table_.records.size();
  for (const auto& [path, record] : update_.records) {
    const bool known = table_.records.contains(path);
    if (record && !known) ++count;
    if (!record && known) --count;
  }
  if (count <= options_.files) return {};
  return base::fail(base::Code::too_large, "expected at most {} descriptor files in the source, found {}",
                    options_.files, count);
}

}  // namespace aureacore::sync
