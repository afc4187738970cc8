#include "definition/schema.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/json.h"
#include "base/text.h"
#include "definition/fields.h"
#include "definition/schema_rules.h"

namespace aureacore::definition {
namespace {

constexpr std::int64_t pattern_memory = 1 << 20;  // of one compiled pattern

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> type_names{{{"null", null_bit},
                                                                               {"boolean", boolean_bit},
                                                                               {"integer", integer_bit},
                                                                               {"number", number_bit},
                                                                               {"string", string_bit},
                                                                               {"array", array_bit},
                                                                               {"object", object_bit}}};

// They describe, or (`format`) only describe here; definitions apply where something refers to them.
constexpr std::array<std::string_view, 15> silent_keywords{
    "$comment", "$schema",    "title",    "description", "default",         "examples",         "format", "definitions",
    "$defs",    "deprecated", "readOnly", "writeOnly",   "contentEncoding", "contentMediaType", "$id"};

constexpr std::array<std::string_view, 3> entity_schemas{"Entity", "EntityEnvelope", "EntityMeta"};

// JavaScript's \uXXXX as RE2 writes it.
std::string for_re2(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool escape = pattern[i] == '\\' && i + 1 < pattern.size();
    const auto digits = escape && pattern[i + 1] == 'u' ? pattern.substr(i + 2, 4) : std::string_view();
    if (digits.size() == 4 && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
      out += fmt::format("\\x{{{}}}", digits);
      i += 5;
    } else {
      out += pattern[i];
      if (escape) out += pattern[++i];
    }
  }
  return out;
}

// The node that a JSON Pointer (RFC 6901) leads to; null where there is none.
const Node* follow(const Node& root, std::string_view pointer) {
  const Node* at = &root;
  auto parts = base::split(pointer, '/');
  for (std::size_t i = 1; i < parts.size() && at != nullptr; ++i) {
    std::string key;
    for (std::size_t c = 0; c < parts[i].size(); ++c) {
      const bool escape = parts[i][c] == '~' && c + 1 < parts[i].size();
      key += !escape ? parts[i][c] : parts[i][++c] == '1' ? '/' : '~';
    }
    if (!at->is(Node::Type::sequence)) {
      at = at->find(key);
      continue;
    }
    const auto index = base::parse_number(key);
    at = index && *index < at->items.size() ? &at->items[*index] : nullptr;
  }
  return at;
}

// One pass over the schema. Subschemas are compiled from a queue, so that a chain of references is no recursion.
class Compiler {
 public:
  Compiler(const Node& root, Report& report) : root_(root), report_(report) {}

  std::shared_ptr<const SchemaRules> run() {
    subschema(root_);
    for (std::size_t done = 0; done < queue_.size(); ++done) {
      if (queue_.size() > Schema::max_subschemas) {
        error(root_.mark, fmt::format("expected at most {} subschemas, found more", Schema::max_subschemas));
        return nullptr;
      }
      auto compiled = compile(*queue_[done]);
      rules_->all[done] = std::move(compiled);
    }
    if (!report_.failed()) check_chains();
    return report_.failed() ? nullptr : rules_;
  }

 private:
  using Keyword = void (Compiler::*)(const Node& value, Subschema& out);
  static const std::unordered_map<std::string_view, Keyword>& keywords();

  void error(entity::Mark mark, std::string message) { report_.error(rule::schema, mark, std::move(message)); }
  void expect(std::string_view wanted, const Node& value) {
    error(value.mark, expectation(wanted, value, Path{.name = keyword_}));
  }

  // The place that the node's subschema will have.
  SubschemaId subschema(const Node& node) {
    const auto [known, fresh] = ids_.try_emplace(&node, static_cast<SubschemaId>(queue_.size()));
    if (fresh) {
      queue_.push_back(&node);
      rules_->all.emplace_back();
    }
    return known->second;
  }

  Subschema compile(const Node& node) {
    Subschema out;
    out.mark = node.mark;
    if (node.is(Node::Type::boolean)) {
      out.never = !node.boolean;
    } else if (!node.is(Node::Type::mapping)) {
      error(node.mark, fmt::format("expected a schema (a mapping, true or false), found {}", describe(node.type)));
    }
    for (const Node::Member& member : node.members) {
      const bool silent = std::ranges::find(silent_keywords, member.key) != silent_keywords.end();
      keyword_ = member.key;
      if (const auto known = keywords().find(member.key); known != keywords().end()) {
        (this->*known->second)(member.value, out);
      } else if (!silent && !member.key.starts_with("x-")) {
        error(member.mark,
              fmt::format("expected a keyword of JSON Schema draft 7, found \"{}\"", base::printable(member.key, 80)));
      } else if (member.key == "$id" && &node != &root_) {
        error(member.mark, "expected $id at the root of the schema alone, found it further in");
      }
    }
    return out;
  }

  // What a keyword's value may be.

  std::optional<double> number(const Node& value) {
    if (value.is(Node::Type::number) && std::isfinite(value.number)) return value.number;
    expect("a number", value);
    return std::nullopt;
  }

  std::optional<std::size_t> count(const Node& value) {
    constexpr double most = 1e15;
    const double number = value.number;
    if (value.is(Node::Type::number) && number >= 0 && number <= most && number == std::floor(number)) {
      return static_cast<std::size_t>(number);
    }
    expect("a whole number from 0 up", value);
    return std::nullopt;
  }

  std::vector<std::string> texts(const Node& value) {
    std::vector<std::string> all;
    const auto is_text = [](const Node& item) { return item.is(Node::Type::string); };
    if (!value.is(Node::Type::sequence) || !std::ranges::all_of(value.items, is_text)) {
      expect("a list of strings", value);
      return all;
    }
    for (const Node& item : value.items) all.push_back(item.text);
    return all;
  }

  std::vector<SubschemaId> subschemas(const Node& value) {
    std::vector<SubschemaId> all;
    if (!value.is(Node::Type::sequence) || value.items.empty()) {
      expect("a list of schemas", value);
      return all;
    }
    for (const Node& item : value.items) all.push_back(subschema(item));
    return all;
  }

  const std::vector<Node::Member>& members(const Node& value) {
    if (!value.is(Node::Type::mapping)) expect("a mapping", value);
    return value.members;
  }

  std::optional<Pattern> pattern(const std::string& text, entity::Mark mark) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_memory);
    auto expression = std::make_shared<re2::RE2>(for_re2(text), options);
    if (expression->ok()) return Pattern{text, std::move(expression)};
    error(mark, fmt::format("expected a regular expression (without look-around and back references, which RE2 doesn't "
                            "have), found \"{}\": {}",
                            base::printable(text), base::printable(expression->error())));
    return std::nullopt;
  }

  // One function for each keyword, or for each way in which several are read.

  void type(const Node& value, Subschema& out) {
    const auto add = [&](const Node& name) {
      const auto known = std::ranges::find(type_names, name.text, &decltype(type_names)::value_type::first);
      constexpr std::string_view wanted = "null, boolean, integer, number, string, array or object";
      if (!name.is(Node::Type::string)) return expect(wanted, name);
      if (known != type_names.end()) {
        out.types |= known->second;
      } else {
        error(name.mark, fmt::format("expected {} for type, found \"{}\"", wanted, base::printable(name.text, 80)));
      }
    };
    if (!value.is(Node::Type::sequence)) return add(value);
    if (value.items.empty()) expect("at least one type", value);
    std::ranges::for_each(value.items, add);
  }

  void constant(const Node& value, Subschema& out) { restrict(out, {canonical_json(value)}); }
  void enumeration(const Node& value, Subschema& out) {
    if (!value.is(Node::Type::sequence)) return expect("a list of values", value);
    std::vector<std::string> choices;
    choices.reserve(value.items.size());
    for (const Node& item : value.items) choices.push_back(canonical_json(item));
    restrict(out, std::move(choices));
  }
  // `enum` beside `const`: what both allow.
  static void restrict(Subschema& out, std::vector<std::string> choices) {
    if (out.choices) {
      std::erase_if(choices,
                    [&](const auto& choice) { return std::ranges::find(*out.choices, choice) == out.choices->end(); });
    }
    out.choices = std::move(choices);
  }

  void multiple_of(const Node& value, Subschema& out) {
    out.multiple_of = number(value);
    if (out.multiple_of && *out.multiple_of <= 0) expect("a number above 0", value);
  }
  template <auto RangeMember, auto End>
  void bound(const Node& value, Subschema& out) {
    if constexpr (std::is_same_v<decltype(out.*RangeMember), Range<double>&>) {
      out.*RangeMember.*End = number(value);
    } else {
      out.*RangeMember.*End = count(value);
    }
  }
  template <auto Member>
  void one_schema(const Node& value, Subschema& out) {
    out.*Member = subschema(value);
  }
  template <auto Member>
  void several_schemas(const Node& value, Subschema& out) {
    out.*Member = subschemas(value);
  }

  void one_pattern(const Node& value, Subschema& out) {
    if (!value.is(Node::Type::string)) return expect("a string", value);
    out.pattern = pattern(value.text, value.mark);
  }
  void distinct(const Node& value, Subschema& out) {
    if (!value.is(Node::Type::boolean)) return expect("true or false", value);
    out.distinct = value.boolean;
  }
  void items(const Node& value, Subschema& out) {
    if (!value.is(Node::Type::sequence)) {
      out.each = subschema(value);
    } else {
      for (const Node& item : value.items) out.tuple.push_back(subschema(item));
    }
  }
  void required(const Node& value, Subschema& out) { out.required = texts(value); }
  void properties(const Node& value, Subschema& out) {
    for (const auto& member : members(value)) out.properties.emplace_back(member.key, subschema(member.value));
  }
  void pattern_properties(const Node& value, Subschema& out) {
    for (const auto& member : members(value)) {
      if (auto key = pattern(member.key, member.mark)) {
        out.pattern_properties.emplace_back(std::move(*key), subschema(member.value));
      }
    }
  }
  void dependencies(const Node& value, Subschema& out) {
    for (const auto& member : members(value)) {
      Dependency dependency{.key = member.key, .required = {}, .schema = {}};
      if (member.value.is(Node::Type::sequence)) {
        dependency.required = texts(member.value);
      } else {
        dependency.schema = subschema(member.value);
      }
      out.dependencies.push_back(std::move(dependency));
    }
  }

  void reference(const Node& value, Subschema& out) {
    if (!value.is(Node::Type::string)) return expect("a string", value);
    if (std::ranges::find(entity_schemas, value.text) != entity_schemas.end()) return;
    const auto pointer = base::percent_decode(value.text.starts_with('#') ? value.text.substr(1) : "?", false);
    const bool local = pointer && (pointer->empty() || pointer->starts_with('/'));
    if (!local) {
      return error(value.mark, fmt::format("expected a $ref into this schema, as in #/definitions/port (others are "
                                           "never fetched), found \"{}\"",
                                           base::printable(value.text)));
    }
    if (const Node* target = follow(root_, *pointer)) {
      out.reference = subschema(*target);
    } else {
      error(value.mark, fmt::format("expected a $ref to something in this schema, found \"{}\", where nothing is",
                                    base::printable(value.text)));
    }
  }

  // Chains of subschemas that apply to one and the same value must end, and soon.

  static void visit_same_value(const Subschema& schema, const auto& visit) {
    for (const auto& next : {schema.reference, schema.negation, schema.condition, schema.then, schema.otherwise}) {
      if (next) visit(*next);
    }
    for (const auto* several : {&schema.all, &schema.any, &schema.one}) std::ranges::for_each(*several, visit);
    for (const Dependency& dependency : schema.dependencies) {
      if (dependency.schema) visit(*dependency.schema);
    }
  }

  // Lengths grow until none does any more; on a cycle they would grow for ever.
  void check_chains() {
    std::vector<std::size_t> length(rules_->all.size(), 0);
    bool changed = true;
    while (changed) {
      changed = false;
      for (std::size_t id = 0; id < length.size(); ++id) {
        visit_same_value(rules_->all[id], [&](SubschemaId next) {
          if (length[next] + 1 <= length[id]) return;
          length[id] = length[next] + 1;
          changed = true;
        });
        if (length[id] <= Schema::max_chain) continue;
        return error(
            rules_->all[id].mark,
            fmt::format("expected at most {} schemas on one value, by way of $ref, allOf and their like, found "
                        "more, or a $ref that leads back to itself",
                        Schema::max_chain));
      }
    }
  }

  const Node& root_;
  Report& report_;
  std::shared_ptr<SchemaRules> rules_ = std::make_shared<SchemaRules>();
  std::unordered_map<const Node*, SubschemaId> ids_;
  std::vector<const Node*> queue_;
  std::string_view keyword_;  // that is being read
};

const std::unordered_map<std::string_view, Compiler::Keyword>& Compiler::keywords() {
  using Numbers = Range<double>;
  using Counts = Range<std::size_t>;
  static const std::unordered_map<std::string_view, Keyword> all{
      {"type", &Compiler::type},
      {"const", &Compiler::constant},
      {"enum", &Compiler::enumeration},
      {"multipleOf", &Compiler::multiple_of},
      {"minimum", &Compiler::bound<&Subschema::value, &Numbers::least>},
      {"maximum", &Compiler::bound<&Subschema::value, &Numbers::most>},
      {"exclusiveMinimum", &Compiler::bound<&Subschema::strictly, &Numbers::least>},
      {"exclusiveMaximum", &Compiler::bound<&Subschema::strictly, &Numbers::most>},
      {"minLength", &Compiler::bound<&Subschema::characters, &Counts::least>},
      {"maxLength", &Compiler::bound<&Subschema::characters, &Counts::most>},
      {"pattern", &Compiler::one_pattern},
      {"minItems", &Compiler::bound<&Subschema::items, &Counts::least>},
      {"maxItems", &Compiler::bound<&Subschema::items, &Counts::most>},
      {"uniqueItems", &Compiler::distinct},
      {"items", &Compiler::items},
      {"additionalItems", &Compiler::one_schema<&Subschema::further_items>},
      {"contains", &Compiler::one_schema<&Subschema::contains>},
      {"minProperties", &Compiler::bound<&Subschema::members, &Counts::least>},
      {"maxProperties", &Compiler::bound<&Subschema::members, &Counts::most>},
      {"required", &Compiler::required},
      {"properties", &Compiler::properties},
      {"patternProperties", &Compiler::pattern_properties},
      {"additionalProperties", &Compiler::one_schema<&Subschema::further_members>},
      {"propertyNames", &Compiler::one_schema<&Subschema::names>},
      {"dependencies", &Compiler::dependencies},
      {"$ref", &Compiler::reference},
      {"allOf", &Compiler::several_schemas<&Subschema::all>},
      {"anyOf", &Compiler::several_schemas<&Subschema::any>},
      {"oneOf", &Compiler::several_schemas<&Subschema::one>},
      {"not", &Compiler::one_schema<&Subschema::negation>},
      {"if", &Compiler::one_schema<&Subschema::condition>},
      {"then", &Compiler::one_schema<&Subschema::then>},
      {"else", &Compiler::one_schema<&Subschema::otherwise>},
  };
  return all;
}

void append_canonical(std::string& out, const Node& node) {
  if (node.is(Node::Type::sequence)) {
    out += '[';
    for (const Node& item : node.items) {
      if (!out.ends_with('[')) out += ',';
      append_canonical(out, item);
    }
    out += ']';
  } else if (node.is(Node::Type::mapping)) {
    std::vector<const Node::Member*> members;
    members.reserve(node.members.size());
    for (const Node::Member& member : node.members) members.push_back(&member);
    std::ranges::sort(members, {}, &Node::Member::key);
    out += '{';
    for (const Node::Member* member : members) {
      if (!out.ends_with('{')) out += ',';
      base::append_json_string(out, member->key);
      out += ':';
      append_canonical(out, member->value);
    }
    out += '}';
  } else {
    append_json(out, node);
  }
}

}  // namespace

std::string canonical_json(const Node& node) {
  std::string out;
  append_canonical(out, node);
  return out;
}

std::string describe_types(std::uint8_t types) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 7> names{{{string_bit, "a string"},
                                                                            {integer_bit, "a whole number"},
                                                                            {number_bit, "a number"},
                                                                            {boolean_bit, "a boolean"},
                                                                            {array_bit, "a list"},
                                                                            {object_bit, "a mapping"},
                                                                            {null_bit, "null"}}};
  std::vector<std::string_view> found;
  for (const auto& [bit, name] : names) {
    if ((types & bit) != 0) found.push_back(name);
  }
  return fmt::format("{}", fmt::join(found, " or "));
}

std::optional<Schema> Schema::compile(const Node& root, Report& report) {
  auto rules = Compiler(root, report).run();
  if (rules == nullptr) return std::nullopt;
  return Schema(std::move(rules));
}

}  // namespace aureacore::definition
