// The walk of a compiled schema beside a document. What one alternative says is gathered apart, since another may fit.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "definition/fields.h"
#include "definition/schema.h"
#include "definition/schema_rules.h"

namespace aureacore::definition {
namespace {

constexpr std::size_t shown_choices = 200;           // bytes of an enumeration in a message
constexpr std::size_t instructions_for_a_step = 32;  // of a pattern, for each byte that it is run on

std::string where(const Path& path) {
  const std::string text = path.text();
  return text.empty() ? "the entity" : text;
}

std::string shown(const Node& node) {
  if (node.is(Node::Type::mapping) || node.is(Node::Type::sequence)) return std::string(describe(node.type));
  std::string text;
  append_json(text, node);
  return base::printable(text, shown_choices);
}

std::uint8_t types_of(const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      return null_bit;
    case Node::Type::boolean:
      return boolean_bit;
    case Node::Type::number:
      return std::isfinite(node.number) && node.number == std::floor(node.number) ? integer_bit | number_bit
                                                                                  : number_bit;
    case Node::Type::string:
      return string_bit;
    case Node::Type::sequence:
      return array_bit;
    case Node::Type::mapping:
      return object_bit;
  }
  return 0;
}

bool is_multiple(double value, double of) {
  const double quotient = value / of;
  // 0.3 is a multiple of 0.1, whatever binary fractions make of it.
  return std::isfinite(quotient) &&
         std::fabs(quotient - std::round(quotient)) <= 1e-9 * std::max(1.0, std::fabs(quotient));
}

class Checker {
 public:
  explicit Checker(const SchemaRules& rules) : rules_(rules) {}

  // False: the steps didn't suffice, and what was reported is not all.
  bool run(const Node& document, Report& report) {
    check(0, document, Path{}, report);
    return !exhausted_;
  }

 private:
  static void error(Report& out, entity::Mark mark, std::string message) {
    out.error(rule::schema, mark, std::move(message));
  }
  // No more is kept, so that no more need be found.
  static bool is_full(const Report& out) { return out.diagnostics().size() >= Report::max_diagnostics; }

  bool spend(std::size_t steps) {
    if (steps > left_) exhausted_ = true;
    if (!exhausted_) left_ -= steps;
    return !exhausted_;
  }

  void check(SubschemaId id, const Node& node, const Path& path, Report& out) {
    if (node.unknown) {
      unknown_ = true;
      return;
    }
    if (is_full(out) || !spend(1)) return;
    const Subschema& schema = rules_.all[id];
    if (schema.never) {
      return error(out, node.mark, fmt::format("expected nothing for {}, found {}", where(path), shown(node)));
    }
    if (schema.types != 0 && (schema.types & types_of(node)) == 0) {
      return error(out, node.mark, expectation(describe_types(schema.types), node, named(path)));
    }
    check_choices(schema, node, path, out);
    check_value(schema, node, path, out);
    check_combined(schema, node, path, out);
  }

  // The root has no name that a message could show.
  static Path named(const Path& path) {
    return path.parent == nullptr && path.name.empty() ? Path{.name = "the entity"} : path;
  }

  void check_choices(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    if (!schema.choices) return;
    const std::string value = canonical_json(node);
    if (!spend(value.size() / instructions_for_a_step)) return;
    if (std::ranges::find(*schema.choices, value) != schema.choices->end()) return;
    const auto wanted = base::printable(fmt::format("{}", fmt::join(*schema.choices, ", ")), shown_choices);
    error(out, node.mark,
          fmt::format("expected {}{} for {}, found {}", schema.choices->size() == 1 ? "" : "one of ", wanted,
                      where(path), shown(node)));
  }

  void check_value(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    switch (node.type) {
      case Node::Type::number:
        return check_number(schema, node, path, out);
      case Node::Type::string:
        return check_text(schema, node, path, out);
      case Node::Type::sequence:
        return check_sequence(schema, node, path, out);
      case Node::Type::mapping:
        return check_mapping(schema, node, path, out);
      default:
        return;
    }
  }

  static void check_number(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    const auto expect = [&](std::string_view what, double limit) {
      std::string text;
      base::append_json_number(text, limit);
      error(out, node.mark, fmt::format("expected {} {} for {}, found {}", what, text, where(path), shown(node)));
    };
    const double value = node.number;
    if (schema.value.least && value < *schema.value.least) expect("a number of at least", *schema.value.least);
    if (schema.value.most && value > *schema.value.most) expect("a number of at most", *schema.value.most);
    if (schema.strictly.least && value <= *schema.strictly.least) expect("a number above", *schema.strictly.least);
    if (schema.strictly.most && value >= *schema.strictly.most) expect("a number below", *schema.strictly.most);
    if (schema.multiple_of && !is_multiple(value, *schema.multiple_of)) expect("a multiple of", *schema.multiple_of);
  }

  static void check_count(const Range<std::size_t>& range, std::size_t count, std::string_view what, const Node& node,
                          const Path& path, Report& out) {
    const auto expect = [&](std::string_view bound, std::size_t limit) {
      error(out, node.mark,
            fmt::format("expected {} {} {}{} for {}, found {}", bound, limit, what, limit == 1 ? "" : "s", where(path),
                        count));
    };
    if (range.least && count < *range.least) expect("at least", *range.least);
    if (range.most && count > *range.most) expect("at most", *range.most);
  }

  bool matches(const Pattern& pattern, std::string_view text) {
    const auto size = static_cast<std::size_t>(std::max(1, pattern.expression->ProgramSize()));
    if (!spend(1 + (text.size() * (1 + (size / instructions_for_a_step))))) return true;
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *pattern.expression);
  }

  void check_text(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    if (schema.characters.least || schema.characters.most) {
      check_count(schema.characters, count_characters(node.text), "character", node, path, out);
    }
    if (!schema.pattern || matches(*schema.pattern, node.text)) return;
    error(out, node.mark,
          fmt::format("expected a string that matches {} for {}, found {}", base::printable(schema.pattern->text),
                      where(path), shown(node)));
  }

  void check_sequence(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    check_count(schema.items, node.items.size(), "item", node, path, out);
    if (schema.distinct) check_distinct(node, path, out);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Path item{.parent = &path, .name = {}, .index = i};
      if (schema.each) {
        check(*schema.each, node.items[i], item, out);
      } else if (i < schema.tuple.size()) {
        check(schema.tuple[i], node.items[i], item, out);
      } else if (!schema.tuple.empty() && schema.further_items) {
        check(*schema.further_items, node.items[i], item, out);
      }
    }
    if (!schema.contains) return;
    const auto fits = [&](const Node& item) { return probe(*schema.contains, item, path); };
    if (std::ranges::any_of(node.items, fits)) return;
    error(out, node.mark, fmt::format("expected an item that fits (contains) in {}, found none", where(path)));
  }

  void check_distinct(const Node& node, const Path& path, Report& out) {
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      std::string value = canonical_json(node.items[i]);
      if (!spend(1 + (value.size() / instructions_for_a_step))) return;
      const auto [first, fresh] = seen.emplace(std::move(value), i);
      if (fresh) continue;
      error(out, node.items[i].mark,
            fmt::format("expected distinct items for {}, found the same at [{}] and [{}]", where(path), first->second,
                        i));
    }
  }

  void check_mapping(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    check_count(schema.members, node.members.size(), "key", node, path, out);
    for (const std::string& key : schema.required) {
      if (node.find(key) == nullptr) report_missing(schema, node, key, path, out);
    }
    for (const Node::Member& member : node.members) check_member(schema, node, member, path, out);
    check_dependencies(schema, node, path, out);
  }

  void report_missing(const Subschema& schema, const Node& node, const std::string& key, const Path& path,
                      Report& out) const {
    const auto property = std::ranges::find(schema.properties, key, &std::pair<std::string, SubschemaId>::first);
    const auto types = property == schema.properties.end() ? std::uint8_t{0} : rules_.all[property->second].types;
    const Path missing{.parent = &path, .name = key};
    std::string message = fmt::format("expected {}{}, found none", missing.text(),
                                      types == 0 ? "" : fmt::format(" ({})", describe_types(types)));
    const Node::Member* similar = find_similar(node, key);
    if (similar != nullptr) message += fmt::format(": write it so instead of \"{}\"", base::printable(similar->key));
    error(out, similar != nullptr ? similar->mark : node.mark, std::move(message));
  }

  void check_member(const Subschema& schema, const Node& node, const Node::Member& member, const Path& path,
                    Report& out) {
    if (is_full(out) || !spend(1)) return;
    if (schema.names) check_name(*schema.names, member, path, out);
    const Path place{.parent = &path, .name = member.key};
    bool described = false;
    const auto property = std::ranges::find(schema.properties, member.key, &std::pair<std::string, SubschemaId>::first);
    if (property != schema.properties.end()) {
      described = true;
      check(property->second, member.value, place, out);
    }
    for (const auto& [pattern, id] : schema.pattern_properties) {
      if (!matches(pattern, member.key)) continue;
      described = true;
      check(id, member.value, place, out);
    }
    if (described || !schema.further_members) return;
    if (!rules_.all[*schema.further_members].never) {
      return check(*schema.further_members, member.value, place, out);
    }
    error(out, member.mark,
          fmt::format("expected {} in {}, found \"{}\"{}", allowed_keys(schema), where(path),
                      base::printable(member.key), key_hint(schema, node, member)));
  }

  static std::string allowed_keys(const Subschema& schema) {
    std::vector<std::string> keys;
    keys.reserve(schema.properties.size() + schema.pattern_properties.size());
    for (const auto& [key, id] : schema.properties) keys.push_back(key);
    for (const auto& [pattern, id] : schema.pattern_properties) keys.push_back("what matches " + pattern.text);
    return keys.empty() ? "no keys"
                        : "only " + base::printable(fmt::format("{}", fmt::join(keys, ", ")), shown_choices);
  }

  static std::string key_hint(const Subschema& schema, const Node& node, const Node::Member& member) {
    for (const auto& [key, id] : schema.properties) {
      const bool meant = base::equal_ignoring_case(key, member.key) && node.find(key) == nullptr;
      if (meant) return fmt::format(": write it as {}", base::printable(key));
    }
    return {};
  }

  void check_name(SubschemaId names, const Node::Member& member, const Path& path, Report& out) {
    Node name;
    name.type = Node::Type::string;
    name.text = member.key;
    name.mark = member.mark;
    const Path place{.parent = &path, .name = "(key)"};
    check(names, name, place, out);
  }

  void check_dependencies(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    for (const Dependency& dependency : schema.dependencies) {
      if (node.find(dependency.key) == nullptr) continue;
      for (const std::string& key : dependency.required) {
        if (node.find(key) != nullptr) continue;
        error(out, node.mark,
              fmt::format("expected {} beside {}, found none", Path{.parent = &path, .name = key}.text(),
                          base::printable(dependency.key)));
      }
      if (dependency.schema) check(*dependency.schema, node, path, out);
    }
  }

  void check_combined(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    if (schema.reference) check(*schema.reference, node, path, out);
    for (const SubschemaId id : schema.all) check(id, node, path, out);
    if (!schema.any.empty()) check_alternatives(schema.any, false, node, path, out);
    if (!schema.one.empty()) check_alternatives(schema.one, true, node, path, out);
    if (schema.negation) check_negation(*schema.negation, node, path, out);
    if (schema.condition) check_condition(schema, node, path, out);
  }

  // Whether it fits. What could not be read fits.
  bool probe(SubschemaId id, const Node& node, const Path& path) {
    Report apart;
    check(id, node, path, apart);
    return !apart.failed();
  }

  // Whether a part of what is checked could not be read, so that it can't be told whether it fits.
  template <class Work>
  bool meets_unknown(Work work) {
    const bool before = std::exchange(unknown_, false);
    work();
    return std::exchange(unknown_, unknown_ || before);
  }

  void check_alternatives(const std::vector<SubschemaId>& ids, bool exactly_one, const Node& node, const Path& path,
                          Report& out) {
    std::vector<Report> reports(ids.size());
    const bool unsure = meets_unknown([&] {
      for (std::size_t i = 0; i < ids.size(); ++i) check(ids[i], node, path, reports[i]);
    });
    const auto fitting = std::ranges::count(reports, false, &Report::failed);
    if (fitting == 1 || unsure || exhausted_ || (fitting > 1 && !exactly_one)) return;
    if (fitting > 1) {
      return error(out, node.mark,
                   fmt::format("expected exactly one of the {} alternatives for {} to fit, found that {} do",
                               ids.size(), where(path), fitting));
    }
    report_nearest(reports, path, out);
  }

  // Nothing fits: what is missing of the alternative that is missed by the least, of equals the one that fits to the
  // furthest place.
  static void report_nearest(const std::vector<Report>& reports, const Path& path, Report& out) {
    const auto nearest = std::ranges::min_element(reports, [](const Report& a, const Report& b) {
      const auto& left = a.diagnostics();
      const auto& right = b.diagnostics();
      return left.size() != right.size() ? left.size() < right.size() : right.front().mark < left.front().mark;
    });
    for (const entity::Diagnostic& diagnostic : nearest->diagnostics()) {
      error(out, diagnostic.mark,
            fmt::format("{} (none of the {} alternatives for {} fits; this is the nearest)", diagnostic.message,
                        reports.size(), where(path)));
    }
  }

  void check_negation(SubschemaId id, const Node& node, const Path& path, Report& out) {
    bool fits = false;
    const bool unsure = meets_unknown([&] { fits = probe(id, node, path); });
    if (!fits || unsure || exhausted_) return;
    error(out, node.mark,
          fmt::format("expected something that doesn't fit the schema's \"not\" for {}, found {}", where(path),
                      shown(node)));
  }

  void check_condition(const Subschema& schema, const Node& node, const Path& path, Report& out) {
    bool fits = false;
    if (meets_unknown([&] { fits = probe(*schema.condition, node, path); })) return;
    const auto& next = fits ? schema.then : schema.otherwise;
    if (next) check(*next, node, path, out);
  }

  const SchemaRules& rules_;
  std::size_t left_ = Schema::max_steps;
  bool exhausted_ = false;
  bool unknown_ = false;  // a value that could not be read was met
};

}  // namespace

void Schema::check(const Node& document, Report& report) const {
  Report found;
  if (!Checker(*rules_).run(document, found)) {
    return report.error(
        "limit", document.mark,
        fmt::format("expected a document that its schema can be held against in {} steps, found one that "
                    "takes more",
                    max_steps));
  }
  for (entity::Diagnostic& diagnostic : found.diagnostics()) {
    report.error(rule::schema, diagnostic.mark, std::move(diagnostic.message));
  }
}

}  // namespace aureacore::definition
