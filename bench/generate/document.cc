#include "bench/generate/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/generate/random.h"
#include "bench/generate/words.h"

namespace aureacore::generate {
namespace {

// Apart from the streams that name entities, which are the kinds' numbers.
constexpr std::uint64_t document_stream = 100;
// References to dependencies: mostly of the same block, sometimes a resource that many use, otherwise anywhere.
constexpr unsigned near_percent = 70;
constexpr unsigned shared_percent = 5;
constexpr std::uint64_t shared_step = 240;  // one resource in so many is such a shared one
constexpr std::uint64_t children = 12;      // of a group, of a domain

class Document {
 public:
  Document(std::string& out, const Model& model, std::uint64_t index)
      : out_(out),
        model_(model),
        entity_(model.entity(index)),
        random_(model.size().seed, document_stream, index),
        name_(model.entity_name(entity_)) {}

  void write() {
    metadata();
    line("spec:");
    switch (entity_.kind) {
      case Kind::group:
        return group();
      case Kind::user:
        return user();
      case Kind::domain:
        return domain();
      case Kind::system:
        return system();
      case Kind::api:
        return api();
      case Kind::resource:
        return resource();
      case Kind::component:
        return component();
    }
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  void metadata() {
    line("apiVersion: backstage.io/v1alpha1");
    line("kind: {}", generate::name(entity_.kind));
    line("metadata:");
    line("  name: {}", name_);
    // In braces, whose elements are made in order: an argument list has none.
    const std::array<const char*, 3> words = {random_.pick(subjects), random_.pick(doers), random_.pick(regions)};
    line("  description: The {} {} for the {} region.", words[0], words[1], words[2]);
    line("  labels:");
    line("    example.com/language: {}", random_.pick(languages));
    line("  annotations:");
    line("    aureacore.io/criticality: {}", random_.pick(criticalities));
    line("    github.com/project-slug: example/{}", name_);
    tag_list();
  }

  void tag_list() {
    const std::uint64_t begin = random_.below(tags.size());
    line("  tags: [{}, {}]", tags[begin], tags[(begin + 5) % tags.size()]);
  }

  void group() {
    line("  type: team");
    if (entity_.ordinal > 0) line("  parent: {}", other(Kind::group, (entity_.ordinal - 1) / children));
    line("  children: []");
  }

  void user() {
    line("  profile:");
    line("    email: {}@example.com", name_);
    line("  memberOf: [{}]", near(Kind::group));
  }

  void domain() {
    line("  owner: {}", near(Kind::group));
    if (entity_.ordinal > 0) line("  subdomainOf: {}", other(Kind::domain, (entity_.ordinal - 1) / children));
  }

  void system() {
    line("  owner: {}", near(Kind::group));
    if (model_.count(Kind::domain) > 0) line("  domain: {}", near(Kind::domain));
  }

  void api() {
    type_and_owner("openapi", true);
    line("  definition: |");
    line("    openapi: 3.1.0");
    line("    info: {{title: {}, version: 1.{}.0}}", name_, random_.below(20));
    line("    paths:");
    line("      /{}s/{{id}}:", random_.pick(subjects));
    line("        get:");
    line("          responses: {{\"200\": {{description: The one asked for}}}}");
  }

  void resource() {
    type_and_owner(random_.pick(resource_types), false);
    depends_on(random_.below(2), {Kind::resource});
  }

  void component() {
    type_and_owner(random_.pick(component_types), true);
    api_list("providesApis", random_.below(2));
    api_list("consumesApis", random_.below(3));
    depends_on(random_.below(4), {Kind::component, Kind::resource});
  }

  void type_and_owner(std::string_view type, bool lifecycle) {
    line("  type: {}", type);
    if (lifecycle) line("  lifecycle: {}", random_.pick(lifecycles));
    line("  owner: {}", near(Kind::group));
    if (model_.count(Kind::system) > 0) line("  system: {}", near(Kind::system));
  }

  void api_list(std::string_view field, std::uint64_t count) {
    if (count == 0 || model_.count(Kind::api) == 0) return;
    line("  {}:", field);
    for (std::uint64_t i = 0; i < count; ++i) line("    - {}", model_.entity_name(any(Kind::api)));
  }

  void depends_on(std::uint64_t count, const std::vector<Kind>& choices) {
    std::vector<std::string> targets;
    for (std::uint64_t i = 0; i < count; ++i) {
      const Kind kind = choices[random_.below(choices.size())];
      if (model_.count(kind) == 0) continue;
      std::string target = model_.reference(random_.chance(shared_percent) ? shared(kind) : any(kind));
      if (target != model_.reference(entity_)) targets.push_back(std::move(target));
    }
    if (targets.empty()) return;
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    line("  dependsOn:");
    for (const std::string& target : targets) line("    - {}", target);
  }

  Entity any(Kind kind) {
    const std::uint64_t choice = random_.next();
    return random_.chance(near_percent) ? model_.near(entity_, kind, choice) : model_.anywhere(kind, choice);
  }

  // One of the few that very many depend on.
  Entity shared(Kind kind) {
    const std::uint64_t groups = (model_.count(kind) - 1) / shared_step + 1;
    return {kind, random_.below(groups) * shared_step};
  }

  std::string near(Kind kind) { return model_.entity_name(model_.near(entity_, kind, random_.next())); }
  [[nodiscard]] std::string other(Kind kind, std::uint64_t ordinal) const {
    return model_.entity_name({kind, ordinal});
  }

  std::string& out_;
  const Model& model_;
  Entity entity_;
  Random random_;
  std::string name_;
};

}  // namespace

void append_document(std::string& out, const Model& model, std::uint64_t index) { Document(out, model, index).write(); }

std::string file_text(const Model& model, std::uint64_t file) {
  std::string text;
  for (std::uint64_t index = model.first(file); index < model.first(file + 1); ++index) {
    if (!text.empty()) text += "---\n";
    append_document(text, model, index);
  }
  return text;
}

}  // namespace aureacore::generate
