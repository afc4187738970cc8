// The planner's walk along the Locations: breadth first, from the files that the globs find, so that a file's origin
// and depth depend on the commit alone and not on the order in which files were read.
#include <fmt/core.h>

#include <algorithm>

#include "sync/planner.h"

namespace aureacore::sync {

base::Status Planner::follow_locations() {
  reached_.clear();
  reports_.clear();
  Layer layer = first_layer();
  for (std::size_t depth = 0; !layer.empty(); ++depth) {
    if (auto learned = learn_patterns(layer); !learned) return learned;
    Layer next;
    for (const auto& at : layer) {
      if (depth >= options_.chain) {
        report(
            at, current(at.path)->targets.front(), "limit",
            fmt::format("expected a chain of at most {} Locations, found a longer one: this one's targets are not read",
                        options_.chain));
      } else if (auto reached = reach_targets(at, next); !reached) {
        return reached;
      }
    }
    if (auto read = read_queued(); !read) return read;
    set_location_diagnostics(layer);
    std::erase_if(next, [this](const Reached& at) { return current(at.path)->targets.empty(); });
    std::ranges::sort(next);
    layer = std::move(next);
  }
  if (auto kept = keep_orphans(); !kept) return kept;
  drop_unreached();
  return {};
}

Planner::Layer Planner::first_layer() const {
  PathSet paths = table_.locations;
  for (const auto& [path, record] : update_.records) {
    if (record && !record->targets.empty()) {
      paths.insert(path);
    } else {
      paths.erase(path);
    }
  }
  Layer layer;
  for (const auto& path : paths) {
    if (included(path)) layer.push_back({path, path});
  }
  return layer;
}

base::Status Planner::learn_patterns(const Layer& layer) {
  std::vector<std::string> unknown;
  for (const auto& at : layer) {
    for (const auto& target : current(at.path)->targets) {
      const std::string& pattern = target.location.pattern;
      if (!base::Glob::is_pattern(pattern) || update_.globs.contains(pattern)) continue;
      auto glob = base::Glob::parse(pattern);
      if (!glob) {
        report(at, target, "location",
               fmt::format("expected a pattern, found \"{}\": {}", pattern, glob.error().message));
        continue;
      }
      update_.globs[pattern] = {std::make_shared<const base::Glob>(std::move(*glob)), nullptr};
      unknown.push_back(pattern);
    }
  }
  return unknown.empty() ? base::Status{} : learn_matches(unknown);
}

// One walk over the tree for all patterns that are new.
base::Status Planner::learn_matches(const std::vector<std::string>& patterns) {
  const auto wanted = [&](std::string_view path) {
    return std::ranges::any_of(patterns,
                               [&](const std::string& pattern) { return update_.globs[pattern].glob->matches(path); });
  };
  auto files = repository_.files(update_.commit, wanted, options_.files);
  if (!files) return std::unexpected(files.error());
  for (const auto& pattern : patterns) {
    auto& matches = update_.globs[pattern];
    PathSet paths;
    for (const auto& file : *files) {
      if (matches.glob->matches(file.path)) paths.insert(file.path);
    }
    matches.paths = std::make_shared<const PathSet>(std::move(paths));
  }
  for (auto& file : *files) {
    const std::string path = file.path;
    seen_[path] = std::move(file);
  }
  return {};
}

base::Status Planner::reach_targets(const Reached& from, Layer& next) {
  const auto record = current(from.path);
  for (const auto& target : record->targets) {
    const std::string& pattern = target.location.pattern;
    bool exists = false;
    if (!base::Glob::is_pattern(pattern)) {
      if (auto reached = reach(pattern, from.origin, next, exists); !reached) return reached;
    } else if (const auto known = update_.globs.find(pattern); known != update_.globs.end()) {
      for (const auto& path : *known->second.paths) {
        if (auto reached = reach(path, from.origin, next, exists); !reached) return reached;
      }
    } else {
      continue;  // not a pattern: reported already
    }
    if (!exists && target.location.required) {
      report(from, target, "location", fmt::format("expected a file at \"{}\", found none", pattern));
    }
  }
  return {};
}

base::Status Planner::reach(const std::string& path, const std::string& origin, Layer& next, bool& exists) {
  if (reached_.contains(path)) {
    exists = true;
    return {};
  }
  auto file = look_up(path);
  if (!file) return std::unexpected(file.error());
  if (!*file) return {};
  exists = true;
  if (included(path)) return {};  // in by itself, with its own origin
  reached_.insert(path);
  next.push_back({origin, path});
  const auto record = current(path);
  if (!record || record->orphan || record->origin != origin || record->file != **file) queue(**file, origin);
  return {};
}

base::Result<std::optional<git::File>> Planner::look_up(const std::string& path) {
  if (const auto seen = seen_.find(path); seen != seen_.end()) return seen->second;
  if (const auto record = current(path)) return record->file;
  auto found = repository_.find(update_.commit, path);
  if (found) seen_[path] = *found;
  return found;
}

void Planner::report(const Reached& at, const Target& target, std::string rule, std::string message) {
  reports_[at.path].push_back(
      {entity::Severity::error, std::move(rule), std::move(message), at.path, target.location.mark, target.key});
}

void Planner::set_location_diagnostics(const Layer& layer) {
  for (const auto& at : layer) {
    const auto record = current(at.path);
    auto& diagnostics = reports_[at.path];
    if (record->location_diagnostics == diagnostics) continue;
    auto changed = std::make_shared<FileRecord>(*record);
    changed->location_diagnostics = std::move(diagnostics);
    update_.records[at.path] = std::move(changed);
  }
}

// What neither the globs nor a Location found, by the patterns of what is to stay: a question to this commit's tree, not
// to what was there before, so that every instance answers it alike.
base::Status Planner::keep_orphans() {
  if (auto learned = learn_orphans(); !learned) return learned;
  for (const auto& glob : options_.orphans) {
    for (const auto& path : *update_.globs.at(glob.pattern()).paths) {
      if (auto kept = keep_orphan(path); !kept) return kept;
    }
  }
  return read_queued();
}

base::Status Planner::learn_orphans() {
  std::vector<std::string> unknown;
  for (const auto& glob : options_.orphans) {
    const auto [at, is_new] = update_.globs.try_emplace(glob.pattern());
    if (!is_new) continue;
    at->second.glob = std::make_shared<const base::Glob>(glob);
    unknown.push_back(glob.pattern());
  }
  return unknown.empty() ? base::Status{} : learn_matches(unknown);
}

base::Status Planner::keep_orphan(const std::string& path) {
  const bool by_glob = base::any_matches(options_.include, path);
  if (by_glob || base::any_matches(options_.exclude, path) || reached_.contains(path)) return {};
  auto file = look_up(path);
  if (!file) return std::unexpected(file.error());
  if (!*file) return {};
  reached_.insert(path);
  const auto record = current(path);
  if (!record || !record->orphan || record->file != **file) queue(**file, path, true);
  return {};
}

void Planner::drop_unreached() {
  const auto unreached = [this](const std::string& path) { return !included(path) && !reached_.contains(path); };
  std::vector<std::string> gone;
  for (const auto& [path, record] : table_.records) {
    if (unreached(path)) gone.push_back(path);
  }
  for (const auto& [path, record] : update_.records) {
    if (record && unreached(path)) gone.push_back(path);
  }
  for (const auto& path : gone) set_gone(path);
  PathSet used;
  for (const auto& at : table_.locations) used.insert(at);
  for (const auto& [path, record] : update_.records) used.insert(path);
  PathSet patterns;
  for (const auto& glob : options_.orphans) patterns.insert(glob.pattern());
  for (const auto& path : used) {
    const auto record = current(path);
    if (!record) continue;
    for (const auto& target : record->targets) patterns.insert(target.location.pattern);
  }
  std::erase_if(update_.globs, [&](const auto& entry) { return !patterns.contains(entry.first); });
}

}  // namespace aureacore::sync
