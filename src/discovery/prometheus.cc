#include "discovery/prometheus.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/json_scan.h"
#include "discovery/facts.h"

namespace aureacore::discovery {
namespace {

constexpr std::string_view targets_annotation = "aureacore.io/scrape-targets";
constexpr std::string_view path_annotation = "aureacore.io/scrape-path";
constexpr std::string_view scheme_annotation = "aureacore.io/scrape-scheme";
constexpr std::string_view meta_prefix = "__meta_aureacore_";

std::vector<std::string_view> split_targets(std::string_view text) {
  constexpr std::string_view between = ", \t\r\n";
  std::vector<std::string_view> targets;
  for (auto begin = text.find_first_not_of(between); begin != std::string_view::npos;
       begin = text.find_first_not_of(between)) {
    text.remove_prefix(begin);
    targets.push_back(text.substr(0, text.find_first_of(between)));
    text.remove_prefix(targets.back().size());
  }
  return targets;
}

// What a label's name may not hold becomes an underscore.
std::string label_name(std::string_view prefix, std::string_view text) {
  std::string name(prefix);
  for (const char c : text) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    name.push_back(allowed ? c : '_');
  }
  return name;
}

class GroupWriter {
 public:
  explicit GroupWriter(base::JsonWriter& json) : json_(json) {}

  void write(const Facts& facts, std::span<const std::string_view> targets) {
    json_.begin_object();
    json_.key("targets");
    json_.begin_array();
    for (const std::string_view target : targets) json_.string(target);
    json_.end_array();
    json_.key("labels");
    json_.begin_object();
    names_.clear();
    write_special(facts);
    write_plain(facts);
    write_meta(facts);
    write_labels(facts.labels);
    json_.end_object();
    json_.end_object();
  }

 private:
  // Of labels of one name, which different names may have become, the first stays. Empty is as good as missing.
  void label(std::string name, std::string_view value) {
    if (value.empty() || std::ranges::find(names_, name) != names_.end()) return;
    json_.member(name, value);
    names_.push_back(std::move(name));
  }

  void write_special(const Facts& facts) {
    label("__scheme__", annotation(facts.annotations, scheme_annotation));
    label("__metrics_path__", annotation(facts.annotations, path_annotation));
  }

  void write_plain(const Facts& facts) {
    label("entity", facts.reference);
    label("owner", facts.owner);
    label("system", facts.system);
    label("lifecycle", facts.lifecycle);
  }

  void write_meta(const Facts& facts) {
    for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"reference", facts.reference},
                                      {"kind", facts.kind},
                                      {"namespace", facts.name_space},
                                      {"name", facts.name},
                                      {"uid", facts.uid},
                                      {"title", facts.title},
                                      {"type", facts.type},
                                      {"lifecycle", facts.lifecycle},
                                      {"owner", facts.owner},
                                      {"system", facts.system},
                                      {"domain", facts.domain}}) {
      label(label_name(meta_prefix, name), value);
    }
  }

  void write_labels(std::string_view labels) {
    base::for_each_member(labels, [&](std::string_view name, std::string_view value) {
      const std::string text(base::unescape(name, scratch_));
      if (value.starts_with('"')) label(label_name("__meta_aureacore_label_", text), base::unescape(value, scratch_));
      return true;
    });
  }

  base::JsonWriter& json_;
  std::vector<std::string> names_;
  std::string scratch_;
};

}  // namespace

base::Result<std::string> prometheus_targets(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                                             std::size_t max_bytes) {
  std::string body;
  base::JsonWriter json(body);
  FactsReader reader(snapshot);
  GroupWriter writer(json);
  json.begin_array();
  snapshot.visit(selection, {}, [&](const catalog::Entity& entity) {
    const Facts& facts = reader.read(entity);
    const std::string named = annotation(facts.annotations, targets_annotation);
    const auto targets = split_targets(named);
    if (!targets.empty()) writer.write(facts, targets);
    return body.size() <= max_bytes;
  });
  json.end_array();
  if (body.size() <= max_bytes) return body;
  return base::fail(base::Code::too_large, "expected targets of at most {} bytes, found more: narrow the filter",
                    max_bytes);
}

}  // namespace aureacore::discovery
