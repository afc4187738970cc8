#include "validation/reader.h"

#include <fmt/core.h>

#include <algorithm>

namespace aureacore::validation {
namespace {

using base::Code;
using entity::Severity;

std::string_view describe(FileType type) {
  return type == FileType::symlink ? "symbolic link" : "FIFO, socket or device";
}

// What placeholders read.
class TreeFiles final : public definition::Files {
 public:
  TreeFiles(Tree& tree, std::size_t limit) : tree_(tree), limit_(limit) {}

  base::Result<std::string> read(std::string_view path) override { return tree_.read(path, limit_); }

 private:
  Tree& tree_;
  const std::size_t limit_;
};

// A file that can't be a descriptor at all.
definition::Descriptor rejected(std::string rule, Severity severity, std::string message) {
  definition::Descriptor descriptor;
  descriptor.complete = false;
  descriptor.diagnostics.push_back({severity, std::move(rule), std::move(message), {}, {}, {}});
  return descriptor;
}

}  // namespace

ReadTree TreeReader::run(const std::set<std::string, std::less<>>& named, bool discover_files) {
  for (const auto& path : named) {
    const auto file = tree_.find(path);
    if (!file) continue;
    roots_.insert(path);
    read(*file, path);
  }
  if (discover_files) discover();
  follow_locations();
  return std::move(result_);
}

bool TreeReader::included(std::string_view path) const {
  return base::any_matches(options_.include, path) && !base::any_matches(options_.exclude, path);
}

void TreeReader::fail(const base::Error& error) {
  result_.diagnostics.push_back(
      {.rule = error.code == Code::too_large ? "limit" : "file", .message = error.message, .path = ".", .entity = {}});
}

void TreeReader::take_skipped(std::vector<Skipped> skipped) {
  for (Skipped& item : skipped) {
    result_.diagnostics.push_back({.severity = item.severity,
                                   .rule = "file",
                                   .message = std::move(item.why),
                                   .path = std::move(item.path),
                                   .entity = {}});
  }
}

void TreeReader::discover() {
  auto listing = tree_.files([this](std::string_view path) { return included(path); }, options_.files);
  if (!listing) return fail(listing.error());
  take_skipped(std::move(listing->skipped));
  for (const File& file : listing->files) {
    if (roots_.insert(file.path).second) read(file, file.path);
  }
}

definition::Descriptor TreeReader::parse(const File& file, const std::string& origin) {
  if (file.type != FileType::regular) {
    return rejected("file", Severity::warning,
                    fmt::format("expected a regular file, found a {}: skipped", describe(file.type)));
  }
  const auto bytes = tree_.read(file.path, options_.file_bytes);
  if (!bytes) {
    return rejected(bytes.error().code == Code::too_large ? "limit" : "file", Severity::error, bytes.error().message);
  }
  TreeFiles files(tree_, options_.file_bytes);
  return definition::read_descriptor({.file = entity::SourceFilePtr(new entity::SourceFile("", file.path)),
                                      .origin = origin,
                                      .links = options_.links,
                                      .limits = options_.yaml,
                                      .kinds = options_.kinds,
                                      .declared = options_.declared.get(),
                                      .keep_references = true},
                                     *bytes, files);
}

void TreeReader::read(const File& file, const std::string& origin) {
  auto descriptor = parse(file, origin);
  ReadFile& result = result_.files[file.path];
  result = {.path = file.path, .origin = origin, .documents = {}, .diagnostics = std::move(descriptor.diagnostics)};
  for (auto& diagnostic : result.diagnostics) diagnostic.path = file.path;
  for (auto& document : descriptor.documents) {
    result.documents.push_back({.key = std::move(document.key),
                                .index = document.index,
                                .mark = document.mark,
                                .valid = document.definition != nullptr,
                                .references = std::move(document.references)});
    for (auto& target : document.targets) locations_[file.path].push_back(std::move(target));
  }
}

// Breadth first, as the server does, so that a file's origin and depth don't depend on the order of reading.
void TreeReader::follow_locations() {
  Layer layer;
  for (const auto& [path, targets] : locations_) layer.push_back({path, path});
  for (std::size_t depth = 0; !layer.empty(); ++depth) {
    if (depth >= options_.chain) {
      for (const auto& at : layer) {
        report(
            at.path, locations_.find(at.path)->second.front(), "limit",
            fmt::format("expected a chain of at most {} Locations, found a longer one: this one's targets are not read",
                        options_.chain));
      }
      return;
    }
    learn_patterns(layer);
    Layer next;
    for (const auto& at : layer) reach_targets(at, next);
    std::erase_if(next, [this](const Reached& at) { return !locations_.contains(at.path); });
    std::ranges::sort(next);
    layer = std::move(next);
  }
}

void TreeReader::learn_patterns(const Layer& layer) {
  std::vector<std::string> fresh;
  for (const auto& at : layer) {
    for (const auto& target : locations_.find(at.path)->second) {
      if (!base::Glob::is_pattern(target.pattern) || patterns_.contains(target.pattern)) continue;
      auto glob = base::Glob::parse(target.pattern);
      Matches& matches = patterns_[target.pattern];
      if (!glob) {
        report(at.path, target, "location",
               fmt::format("expected a pattern, found \"{}\": {}", target.pattern, glob.error().message));
        continue;
      }
      matches.glob = std::move(*glob);
      fresh.push_back(target.pattern);
    }
  }
  if (!fresh.empty()) learn_matches(fresh);
}

// One walk over the tree for all patterns that are new.
void TreeReader::learn_matches(const std::vector<std::string>& patterns) {
  const auto wanted = [&](std::string_view path) {
    return std::ranges::any_of(
        patterns, [&](const std::string& pattern) { return patterns_.find(pattern)->second.glob->matches(path); });
  };
  const auto listing = tree_.files(wanted, options_.files);
  if (!listing) return fail(listing.error());
  for (const auto& pattern : patterns) {
    Matches& matches = patterns_[pattern];
    for (const File& file : listing->files) {
      if (matches.glob->matches(file.path)) matches.files.push_back(file);
    }
  }
}

void TreeReader::reach_targets(const Reached& from, Layer& next) {
  const Targets& targets = locations_.find(from.path)->second;
  for (const auto& target : targets) {
    bool exists = false;
    if (!base::Glob::is_pattern(target.pattern)) {
      exists = reach(target.pattern, from.origin, next);
    } else if (const Matches& matches = patterns_[target.pattern]; matches.glob) {
      for (const File& file : matches.files) exists = reach(file.path, from.origin, next) || exists;
    } else {
      continue;  // not a pattern: reported already
    }
    if (!exists && target.required) {
      report(from.path, target, "location", fmt::format("expected a file at \"{}\", found none", target.pattern));
    }
  }
}

bool TreeReader::reach(const std::string& path, const std::string& origin, Layer& next) {
  if (result_.files.contains(path)) return true;
  const auto file = tree_.find(path);
  if (!file) return false;
  if (full_) return true;
  if (result_.files.size() >= options_.files) {
    full_ = true;
    fail({Code::too_large, fmt::format("expected at most {} descriptor files, found more", options_.files)});
    return true;
  }
  read(*file, origin);
  next.push_back({origin, path});
  return true;
}

void TreeReader::report(const std::string& path, const definition::LocationTarget& target, std::string rule,
                        std::string message) {
  result_.files.find(path)->second.diagnostics.push_back(
      {.rule = std::move(rule), .message = std::move(message), .path = path, .mark = target.mark, .entity = {}});
}

}  // namespace aureacore::validation
