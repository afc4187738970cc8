#include "definition/descriptor.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "definition/envelope.h"
#include "definition/json_reader.h"
#include "definition/location.h"
#include "definition/metadata.h"
#include "definition/placeholders.h"
#include "definition/relations.h"
#include "definition/render.h"

namespace aureacore::definition {
namespace {

constexpr std::array<Field, 1> spec_field{Field{.name = "spec", .shape = Shape::mapping, .required = true}};
constexpr std::array<Field, 1> optional_spec_field{Field{.name = "spec", .shape = Shape::mapping}};

// Reads the documents of one file, one after the other.
class DescriptorReader {
 public:
  DescriptorReader(const FileContext& context, YamlFile file, Files& files)
      : context_(context),
        file_(std::move(file)),
        placeholders_(context, files, file_.nodes, file_.scalar_bytes),
        place_(make_place_annotations(context)) {}

  Descriptor run() {
    for (std::uint32_t index = 0; index < file_.documents.size(); ++index) read(index);
    take_yaml_diagnostics();
    std::ranges::sort(result_.diagnostics, {}, [](const entity::Diagnostic& diagnostic) {
      return std::pair(diagnostic.mark, std::string_view(diagnostic.message));
    });
    result_.reads = placeholders_.reads();
    result_.complete = file_.complete;
    return std::move(result_);
  }

 private:
  void read(std::uint32_t index) {
    YamlDocument& yaml = file_.documents[index];
    if (yaml.valid && yaml.root.is(Node::Type::null)) return;
    Document document{
        .index = index, .mark = yaml.root.mark, .key = {}, .definition = nullptr, .targets = {}, .references = {}};
    Report report;
    if (yaml.root.is(Node::Type::mapping)) {
      read_mapping(yaml, document, report);
    } else if (!yaml.root.unknown) {
      report.error("envelope", yaml.root.mark,
                   fmt::format("expected a mapping with apiVersion, kind and metadata at the root, found {}",
                               describe(yaml.root.type)));
    }
    take_diagnostics(report, document.key);
    result_.documents.push_back(std::move(document));
  }

  void read_mapping(YamlDocument& yaml, Document& document, Report& report) {
    const auto reference = identify(yaml.root);
    if (reference) document.key = reference->canonical();
    auto definition = check(yaml.root, reference, document, report);
    if (report.failed() || !yaml.valid || definition == nullptr) {
      document.targets.clear();
      return;
    }
    definition->reference = *reference;
    definition->key = document.key;
    definition->place = {.file = context_.file, .document = document.index};
    definition->mark = document.mark;
    definition->orphan = context_.orphan;
    definition->metadata_json = render_metadata(yaml.root, document.key, place_);
    definition->spec_json = render_spec(yaml.root);
    // They live as long as the entity does, a hundred thousand of them.
    definition->metadata_json.shrink_to_fit();
    definition->spec_json.shrink_to_fit();
    document.definition = std::move(definition);
  }

  // A definition with what the checks bring to light; null where they can't go on.
  boost::intrusive_ptr<entity::Definition> check(Node& root, const std::optional<entity::Reference>& reference,
                                                 Document& document, Report& report) {
    if (!check_envelope(root, report)) return nullptr;
    Node& metadata = *root.find("metadata");
    placeholders_.resolve(metadata, report);
    if (Node* spec = root.find("spec")) placeholders_.resolve(*spec, report);
    const bool is_mapping = metadata.is(Node::Type::mapping);
    if (is_mapping) check_metadata(metadata, report);
    const Kind* kind = find_kind(root, context_.declared, report);
    if (kind == nullptr || !reference || !is_mapping) return nullptr;
    check_allowed(*kind, root, report);
    check_fields(root, kind->spec_required ? spec_field : optional_spec_field, Path{}, report);
    Node* spec = root.find("spec");
    if (spec == nullptr ? kind->spec_required : !spec->is(Node::Type::mapping)) return nullptr;
    if (kind->schema != nullptr) kind->schema->check(root, report);
    boost::intrusive_ptr<entity::Definition> definition(new entity::Definition());
    definition->criticality = read_criticality(metadata, report);
    if (spec != nullptr) read_spec(*spec, *kind, *reference, *definition, document, report);
    return definition;
  }

  void read_spec(Node& spec, const Kind& kind, const entity::Reference& reference, entity::Definition& definition,
                 Document& document, Report& report) {
    check_fields(spec, kind.fields, Path{.name = "spec"}, report);
    sort_references(spec);
    definition.relations = read_relations(spec, kind, reference.name_space, report,
                                          context_.keep_references ? &document.references : nullptr);
    if (kind.name == "Location") document.targets = read_targets(spec, context_, report);
  }

  void check_allowed(const Kind& kind, const Node& root, Report& report) const {
    if (context_.kinds.empty() || std::ranges::find(context_.kinds, kind.name) != context_.kinds.end()) return;
    report.error("kind", root.find("kind")->mark,
                 fmt::format("expected one of the kinds {}, all that this source may define, found {}: define it in "
                             "another source, or add it to this one's kinds",
                             fmt::join(context_.kinds, ", "), kind.name));
  }

  void take_diagnostics(Report& report, const std::string& key) {
    for (entity::Diagnostic& diagnostic : report.diagnostics()) {
      diagnostic.path = context_.file->path;
      diagnostic.entity = key;
      result_.diagnostics.push_back(std::move(diagnostic));
    }
  }

  void take_yaml_diagnostics() {
    for (entity::Diagnostic& diagnostic : file_.diagnostics) {
      diagnostic.path = context_.file->path;
      const bool ends_file = !file_.complete && &diagnostic == &file_.diagnostics.back();
      if (!ends_file) diagnostic.entity = key_of_invalid_document_at(diagnostic.mark);
      result_.diagnostics.push_back(std::move(diagnostic));
    }
  }

  [[nodiscard]] std::string key_of_invalid_document_at(entity::Mark mark) const {
    std::string key;
    for (const Document& document : result_.documents) {
      const YamlDocument& yaml = file_.documents[document.index];
      if (yaml.mark <= mark) key = yaml.valid ? std::string() : document.key;
    }
    return key;
  }

  const FileContext& context_;
  YamlFile file_;
  Placeholders placeholders_;
  PlaceAnnotations place_;
  Descriptor result_;
};

}  // namespace

Descriptor read_descriptor(const FileContext& context, std::string_view bytes, Files& files) {
  return DescriptorReader(context, parse_yaml(bytes, context.limits), files).run();
}

base::Result<Descriptor> read_json_entity(const FileContext& context, std::string_view json, Files& files) {
  auto value = parse_json(json, context.limits, {});
  if (!value) return std::unexpected(std::move(value.error()));
  YamlFile file{.documents = {}, .diagnostics = {}, .nodes = value->nodes, .scalar_bytes = value->scalar_bytes};
  file.documents.push_back({.root = std::move(value->root), .mark = {}});
  return DescriptorReader(context, std::move(file), files).run();
}

}  // namespace aureacore::definition
