#include "definition/location.h"

#include <fmt/core.h>

#include "base/glob.h"
#include "base/text.h"
#include "definition/path.h"
#include "definition/url.h"

namespace aureacore::definition {
namespace {

bool has_text(const Node* node, std::string_view text) { return node != nullptr && node->text == text; }

bool is_type_of_paths(const Node* type) { return type == nullptr || has_text(type, "url") || has_text(type, "file"); }

base::Result<std::string> resolve(const FileContext& context, const std::string& target) {
  const auto own = url_scheme(target).empty() ? std::nullopt : path_in_repository(context.links, target);
  return own && !own->empty() ? resolve_path({}, "/" + *own) : resolve_path(context.file->path, target);
}

void add_target(const Node& target, const FileContext& context, bool required, std::vector<LocationTarget>& targets,
                Report& report) {
  if (!target.is(Node::Type::string) || target.text.empty()) return;
  auto pattern = resolve(context, target.text);
  if (!pattern) {
    report.warn(
        rule::location, target.mark,
        fmt::format("{}: it is not followed; add its repository as a source of its own", pattern.error().message));
    return;
  }
  if (base::Glob::is_pattern(*pattern)) {
    if (const auto glob = base::Glob::parse(*pattern); !glob) {
      return report.warn(rule::location, target.mark, fmt::format("{}: it is not followed", glob.error().message));
    }
  }
  targets.push_back({.pattern = std::move(*pattern), .required = required, .mark = target.mark});
}

}  // namespace

std::vector<LocationTarget> read_targets(const Node& spec, const FileContext& context, Report& report) {
  const Node* type = spec.find("type");
  if (!is_type_of_paths(type)) {
    report.warn(rule::location, type->mark,
                fmt::format("expected the type url or file, found \"{}\": its targets are not followed; add their "
                            "repositories as sources of their own",
                            base::printable(type->text)));
    return {};
  }
  const bool required = !has_text(spec.find("presence"), "optional");
  std::vector<LocationTarget> found;
  if (const Node* target = spec.find("target")) add_target(*target, context, required, found, report);
  if (const Node* targets = spec.find("targets")) {
    for (const Node& target : targets->items) add_target(target, context, required, found, report);
  }
  return found;
}

}  // namespace aureacore::definition
