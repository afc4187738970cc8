#include "definition/kinds.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace aureacore::definition {
namespace {

using entity::RelationType;

constexpr bool required = true;

constexpr std::array<std::string_view, 2> core_versions{"backstage.io/v1alpha1", "backstage.io/v1beta1"};
constexpr std::array<std::string_view, 1> alpha_version{"backstage.io/v1alpha1"};
constexpr std::array<std::string_view, 1> template_version{"scaffolder.backstage.io/v1beta3"};

constexpr Field type{.name = "type", .required = required};
constexpr Field lifecycle{.name = "lifecycle", .required = required};
constexpr Field owner{.name = "owner", .required = required};
constexpr Field system_field{.name = "system"};

constexpr ReferenceField owned_by{"owner", RelationType::owned_by, "Group"};
constexpr ReferenceField part_of_system{"system", RelationType::part_of, "System"};
constexpr ReferenceField depends_on{"dependsOn", RelationType::depends_on, {}};
constexpr ReferenceField dependency_of{"dependencyOf", RelationType::dependency_of, {}};

constexpr std::array component_fields{
    type,
    lifecycle,
    owner,
    system_field,
    Field{.name = "subcomponentOf"},
    Field{.name = "providesApis", .shape = Shape::texts},
    Field{.name = "consumesApis", .shape = Shape::texts},
    Field{.name = "dependsOn", .shape = Shape::texts},
};
constexpr std::array component_references{
    owned_by,
    part_of_system,
    ReferenceField{"subcomponentOf", RelationType::part_of, "Component"},
    ReferenceField{"providesApis", RelationType::provides_api, "API"},
    ReferenceField{"consumesApis", RelationType::consumes_api, "API"},
    depends_on,
    dependency_of,
};

constexpr std::array api_fields{type, lifecycle, owner, system_field,
                                Field{.name = "definition", .required = required}};
constexpr std::array remote_fields{type, Field{.name = "url", .required = required}};
constexpr std::array mcp_server_fields{
    type,
    lifecycle,
    owner,
    system_field,
    Field{.name = "definition", .required = required, .instead = "remotes"},
    Field{.name = "remotes", .shape = Shape::mappings, .members = remote_fields, .min_items = 1},
};
constexpr std::array owner_and_system{owned_by, part_of_system};

constexpr std::array resource_fields{type, owner, system_field, Field{.name = "dependsOn", .shape = Shape::texts}};
constexpr std::array resource_references{owned_by, part_of_system, depends_on, dependency_of};

constexpr std::array system_fields{owner, Field{.name = "domain"}, Field{.name = "type"}};
constexpr std::array system_references{owned_by, ReferenceField{"domain", RelationType::part_of, "Domain"}};

constexpr std::array domain_fields{owner, Field{.name = "subdomainOf"}, Field{.name = "type"}};
constexpr std::array domain_references{owned_by, ReferenceField{"subdomainOf", RelationType::part_of, "Domain"}};

constexpr std::array profile_fields{Field{.name = "displayName"}, Field{.name = "email"}, Field{.name = "picture"}};
constexpr Field profile{.name = "profile", .shape = Shape::mapping, .members = profile_fields};

constexpr std::array group_fields{
    type,
    profile,
    Field{.name = "parent"},
    Field{.name = "children", .shape = Shape::texts, .required = required},
    Field{.name = "members", .shape = Shape::texts},
};
constexpr std::array group_references{
    ReferenceField{"parent", RelationType::child_of, "Group"},
    ReferenceField{"children", RelationType::parent_of, "Group"},
    ReferenceField{"members", RelationType::has_member, "User"},
};

constexpr std::array user_fields{profile, Field{.name = "memberOf", .shape = Shape::texts, .required = required}};
constexpr std::array user_references{ReferenceField{"memberOf", RelationType::member_of, "Group"}};

constexpr std::array<std::string_view, 2> presences{"required", "optional"};
constexpr std::array location_fields{
    Field{.name = "type"},
    Field{.name = "target"},
    Field{.name = "targets", .shape = Shape::texts},
    Field{.name = "presence", .choices = presences},
};

constexpr std::array permission_fields{Field{.name = "tags", .shape = Shape::any_texts}};
constexpr Field permissions{.name = "backstage:permissions", .shape = Shape::mapping, .members = permission_fields};
constexpr std::array parameter_fields{permissions};
constexpr std::array secret_fields{Field{.name = "schema", .shape = Shape::mapping}};
constexpr std::array button_fields{
    Field{.name = "backButtonText", .shape = Shape::any_text},
    Field{.name = "createButtonText", .shape = Shape::any_text},
    Field{.name = "reviewButtonText", .shape = Shape::any_text},
};
constexpr std::array presentation_fields{
    Field{.name = "buttonLabels", .shape = Shape::mapping, .members = button_fields}};
constexpr std::array recovery_fields{Field{.name = "EXPERIMENTAL_strategy", .shape = Shape::any_text}};
constexpr std::array decorator_fields{
    Field{.name = "id", .shape = Shape::any_text},
    Field{.name = "input", .shape = Shape::mapping},
};
constexpr std::array step_fields{
    Field{.name = "id", .shape = Shape::any_text},
    Field{.name = "name", .shape = Shape::any_text},
    Field{.name = "action", .shape = Shape::any_text, .required = required},
    Field{.name = "input", .shape = Shape::mapping},
    Field{.name = "if", .shape = Shape::condition},
    permissions,
};
constexpr std::array output_link_fields{
    Field{.name = "if", .shape = Shape::condition},
    Field{.name = "url"},
    Field{.name = "entityRef"},
    Field{.name = "title"},
    Field{.name = "icon"},
};
constexpr std::array output_text_fields{
    Field{.name = "if", .shape = Shape::condition},
    Field{.name = "title"},
    Field{.name = "icon"},
    Field{.name = "content", .shape = Shape::any_text},
};
constexpr std::array output_fields{
    Field{.name = "links", .shape = Shape::mappings, .members = output_link_fields},
    Field{.name = "text", .shape = Shape::mappings, .members = output_text_fields},
};
constexpr std::array template_fields{
    type,
    Field{.name = "owner"},
    Field{.name = "lifecycle"},
    Field{.name = "parameters", .shape = Shape::mapping_or_mappings, .members = parameter_fields},
    Field{.name = "secrets", .shape = Shape::mapping, .members = secret_fields},
    Field{.name = "presentation", .shape = Shape::mapping, .members = presentation_fields},
    Field{.name = "EXPERIMENTAL_recovery", .shape = Shape::mapping, .members = recovery_fields},
    Field{.name = "formDecorators", .shape = Shape::mappings, .members = decorator_fields},
    Field{.name = "EXPERIMENTAL_formDecorators", .shape = Shape::mappings, .members = decorator_fields},
    Field{.name = "steps", .shape = Shape::mappings, .required = required, .members = step_fields},
    Field{.name = "output", .shape = Shape::text_mapping, .members = output_fields},
};
constexpr std::array owner_alone{owned_by};

constexpr Field disciplines{.name = "disciplines", .shape = Shape::texts};
constexpr Field version{.name = "version"};
constexpr std::array resource_of_ai_fields{type, lifecycle, owner, system_field};
constexpr std::array skill_fields{
    type,
    lifecycle,
    owner,
    system_field,
    disciplines,
    Field{.name = "categories", .shape = Shape::texts},
    Field{.name = "agents", .shape = Shape::texts},
    Field{.name = "dependsOn", .shape = Shape::texts},
    Field{.name = "allowedTools"},
    Field{.name = "license"},
    Field{.name = "compatibility", .max_characters = 500},
};
constexpr std::array skill_references{owned_by, part_of_system,
                                      ReferenceField{"dependsOn", RelationType::depends_on, "AiResource"}};
constexpr std::array rule_fields{
    type,
    lifecycle,
    owner,
    system_field,
    disciplines,
    Field{.name = "category", .required = required},
    Field{.name = "rationale", .required = required},
};
constexpr std::array plugin_fields{
    type,   lifecycle, owner, system_field, Field{.name = "skills", .shape = Shape::texts, .required = required},
    version};
constexpr std::array plugin_references{owned_by, part_of_system,
                                       ReferenceField{"skills", RelationType::has_part, "AiResource"}};
constexpr std::array marketplace_fields{
    type,   lifecycle, owner, system_field, Field{.name = "plugins", .shape = Shape::texts, .required = required},
    version};
constexpr std::array marketplace_references{owned_by, part_of_system,
                                            ReferenceField{"plugins", RelationType::has_part, "AiResource"}};

constexpr std::array<Kind, 15> kinds{{
    {.name = "Component",
     .api_versions = core_versions,
     .fields = component_fields,
     .references = component_references},
    {.name = "API",
     .api_versions = core_versions,
     .type = "mcp-server",
     .fields = mcp_server_fields,
     .references = owner_and_system},
    {.name = "API", .api_versions = core_versions, .fields = api_fields, .references = owner_and_system},
    {.name = "Resource", .api_versions = core_versions, .fields = resource_fields, .references = resource_references},
    {.name = "System", .api_versions = core_versions, .fields = system_fields, .references = system_references},
    {.name = "Domain", .api_versions = core_versions, .fields = domain_fields, .references = domain_references},
    {.name = "Group", .api_versions = core_versions, .fields = group_fields, .references = group_references},
    {.name = "User", .api_versions = core_versions, .fields = user_fields, .references = user_references},
    {.name = "Location", .api_versions = core_versions, .fields = location_fields, .references = {}},
    {.name = "Template", .api_versions = template_version, .fields = template_fields, .references = owner_alone},
    {.name = "AiResource",
     .api_versions = alpha_version,
     .type = "skill",
     .fields = skill_fields,
     .references = skill_references},
    {.name = "AiResource",
     .api_versions = alpha_version,
     .type = "rule",
     .fields = rule_fields,
     .references = owner_and_system},
    {.name = "AiResource",
     .api_versions = alpha_version,
     .type = "plugin",
     .fields = plugin_fields,
     .references = plugin_references},
    {.name = "AiResource",
     .api_versions = alpha_version,
     .type = "marketplace",
     .fields = marketplace_fields,
     .references = marketplace_references},
    {.name = "AiResource",
     .api_versions = alpha_version,
     .fields = resource_of_ai_fields,
     .references = owner_and_system},
}};

}  // namespace

std::span<const Kind> known_kinds() { return kinds; }

DeclaredKinds::DeclaredKinds(std::vector<KindDeclaration> declarations) : declarations_(std::move(declarations)) {
  for (const KindDeclaration& declared : declarations_) {
    versions_.emplace_back(declared.api_versions.begin(), declared.api_versions.end());
  }
  for (std::size_t i = 0; i < declarations_.size(); ++i) {
    const KindDeclaration& declared = declarations_[i];
    rows_.push_back({.name = declared.name,
                     .api_versions = versions_[i],
                     .type = {},
                     .fields = {},
                     .references = owner_alone,
                     .spec_required = false,
                     .schema = declared.schema ? &*declared.schema : nullptr});
  }
}

bool DeclaredKinds::same_as(const DeclaredKinds& other) const {
  return std::ranges::equal(declarations_, other.declarations_, [](const KindDeclaration& a, const KindDeclaration& b) {
    return a.name == b.name && a.api_versions == b.api_versions && a.schema_digest == b.schema_digest;
  });
}

std::string DeclaredKinds::text() const {
  std::string text;
  for (const auto& declaration : declarations_) {
    text += fmt::format("{} {} {}\n", declaration.name, fmt::join(declaration.api_versions, " "),
                        declaration.schema_digest);
  }
  return text;
}

bool same_kinds(const DeclaredKindsPtr& a, const DeclaredKindsPtr& b) {
  return a == b || (a != nullptr && b != nullptr && a->same_as(*b));
}

bool is_known_kind(std::string_view name, const DeclaredKinds* declared) {
  const auto named = [name](const Kind& kind) { return kind.name == name; };
  return std::ranges::any_of(kinds, named) || (declared != nullptr && std::ranges::any_of(declared->rows(), named));
}

}  // namespace aureacore::definition
