#include "validation/validation.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace aureacore::validation {
namespace {

using entity::Diagnostic;
using entity::Severity;

bool lies_in(std::string_view path, std::string_view folder) {
  if (folder.empty() || path == folder) return true;
  return path.starts_with(folder) && path[folder.size()] == '/';
}

class Validation {
 public:
  Validation(const Options& options, const std::vector<Input>& inputs) : options_(options), inputs_(inputs) {
    report_.strict = options.strict;
    report_.release = options.release;
    report_.one_tree = inputs.size() == 1;
  }

  Report run() {
    for (const Input& input : inputs_) {
      trees_.push_back(TreeReader(options_.reader, *input.tree).run(input.files, input.discover));
    }
    for (std::size_t at = 0; at < trees_.size(); ++at) collect(at);
    for (std::size_t at = 0; at < trees_.size(); ++at) check(at);
    report_conflicts();
    finish();
    return std::move(report_);
  }

 private:
  struct Place {
    std::size_t tree;
    const ReadFile* file;
    const Outline* document;
  };

  [[nodiscard]] bool selected(std::size_t tree, std::string_view path) const {
    const Input& input = inputs_[tree];
    return input.files.contains(path) ||
           std::ranges::any_of(input.folders, [path](const auto& folder) { return lies_in(path, folder); });
  }
  [[nodiscard]] bool selected(std::size_t tree, const ReadFile& file) const {
    return selected(tree, file.path) || selected(tree, file.origin);
  }

  [[nodiscard]] std::string shown(std::size_t tree, const std::string& path) const {
    const auto whole = (inputs_[tree].root / path).lexically_normal();
    const auto relative = whole.lexically_relative(options_.directory);
    const bool inside = !relative.empty() && *relative.begin() != "..";
    std::string text = inside ? relative.string() : whole.string();
    if (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
  }

  void collect(std::size_t tree) {
    for (const auto& [path, file] : trees_[tree].files) {
      for (const Outline& document : file.documents) {
        if (!document.key.empty()) known_[document.key];
        if (document.valid) known_[document.key].push_back({tree, &file, &document});
      }
    }
  }

  void check(std::size_t tree) {
    for (const Diagnostic& diagnostic : trees_[tree].diagnostics) {
      if (diagnostic.path == "." || selected(tree, diagnostic.path)) add(tree, diagnostic);
    }
    for (const auto& [path, file] : trees_[tree].files) {
      if (selected(tree, file)) check(tree, file);
    }
    for (const auto& folder : inputs_[tree].folders) check_something_found(tree, folder);
  }

  void check(std::size_t tree, const ReadFile& file) {
    report_.files.push_back({file.path, shown(tree, file.path)});
    for (const Diagnostic& diagnostic : file.diagnostics) add(tree, diagnostic);
    for (const Outline& document : file.documents) {
      if (document.valid) check(tree, file, document);
    }
  }

  void check(std::size_t tree, const ReadFile& file, const Outline& document) {
    for (const definition::ReferenceAt& reference : document.references) {
      if (known_.contains(reference.target) || options_.known.contains(reference.target)) continue;
      add(tree, {.severity = Severity::warning,
                 .rule = "dangling",
                 .message = fmt::format("expected an entity {} for spec.{}, found none here: correct the reference or "
                                        "add the entity",
                                        reference.target, reference.field),
                 .path = file.path,
                 .mark = reference.mark,
                 .entity = document.key});
    }
  }

  void check_something_found(std::size_t tree, const std::string& folder) {
    const auto inside = [&](const auto& entry) { return lies_in(entry.first, folder); };
    if (std::ranges::any_of(trees_[tree].files, inside) || !trees_[tree].diagnostics.empty()) return;
    report_.empty.push_back(shown(tree, folder.empty() ? "." : folder));
    std::string patterns;
    for (const auto& glob : options_.reader.include) patterns += (patterns.empty() ? "" : ", ") + glob.pattern();
    add(tree, {.severity = Severity::warning,
               .rule = "selection",
               .message = fmt::format("expected a file that matches {}, found none", patterns),
               .path = folder.empty() ? "." : folder,
               .entity = {}});
  }

  [[nodiscard]] std::string describe(const Place& place) const {
    return fmt::format("{}:{}:{}", shown(place.tree, place.file->path), place.document->mark.line,
                       place.document->mark.column);
  }

  // Of one tree the smallest place wins, as in the catalog; which tree goes first is for the sources' ids to say.
  static std::string_view fate(const Place& place, const Place& other) {
    if (place.tree != other.tree) return "another repository has it in {}";
    const bool first = std::pair(std::string_view(place.file->path), place.document->index) <
                       std::pair(std::string_view(other.file->path), other.document->index);
    return first ? "this definition is served, the one in {} is not"
                 : "this definition is not served, the one in {} is";
  }

  void report_conflict(const std::string& key, const Place& place, const Place& other) {
    if (!selected(place.tree, *place.file)) return;
    add(place.tree, {.rule = "conflict",
                     .message = fmt::format("expected {} to be defined once; {}: remove one of them", key,
                                            fmt::format(fmt::runtime(fate(place, other)), describe(other))),
                     .path = place.file->path,
                     .mark = place.document->mark,
                     .entity = key});
  }

  // Places come in order, the winner first; each of the others is told with it, as the catalog does.
  void report_conflicts() {
    for (const auto& [key, places] : known_) {
      report_.entities += std::ranges::any_of(places, [this](const Place& at) { return selected(at.tree, *at.file); });
      for (std::size_t i = 1; i < places.size(); ++i) {
        report_conflict(key, places[i], places[0]);
        report_conflict(key, places[0], places[i]);
      }
    }
  }

  void add(std::size_t tree, Diagnostic diagnostic) {
    const bool error = diagnostic.severity == Severity::error;
    const std::size_t number = ++(error ? report_.errors : report_.warnings);
    if (number > (error ? Report::max_errors : Report::max_warnings)) return;
    std::string text = shown(tree, diagnostic.path);
    report_.findings.push_back({std::move(diagnostic), std::move(text)});
  }

  void finish() {
    std::ranges::sort(report_.files, {}, &CheckedFile::shown);
    std::ranges::sort(report_.findings, {}, [](const Finding& finding) {
      const Diagnostic& diagnostic = finding.diagnostic;
      return std::tie(finding.shown, diagnostic.mark, diagnostic.message);
    });
  }

  const Options& options_;
  const std::vector<Input>& inputs_;
  std::vector<ReadTree> trees_;
  // All that any document is about; the valid ones' places in order.
  std::unordered_map<std::string, std::vector<Place>> known_;
  Report report_;
};

}  // namespace

Report validate(const Options& options, const std::vector<Input>& inputs) { return Validation(options, inputs).run(); }

}  // namespace aureacore::validation
