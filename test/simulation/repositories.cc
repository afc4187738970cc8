#include "repositories.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "catalog/editor.h"

namespace aureacore::simulation {
namespace {

constexpr std::int64_t first_time = 1'700'000'000;
constexpr std::size_t components = 4;

// Commits' times are whatever their authors' clocks said: no order is to be had from them.
std::int64_t time_of(std::size_t number) {
  constexpr std::size_t stride = 619;
  constexpr std::size_t range = 1000;
  return first_time + static_cast<std::int64_t>(number * stride % range);
}

std::string component(const std::string& source, std::size_t i, std::size_t number) {
  // Each commit says something else, of more than one entity and across the sources.
  return fmt::format(
      "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {0}-{1}\n  description: as of {2}\n"
      "spec:\n  type: service\n  lifecycle: production\n  owner: team\n  dependsOn: [component:{3}-{4}]\n",
      source, i, number - number % (i + 1), source == "alpha" ? "beta" : "alpha", (i + number) % components);
}

std::string descriptors(const std::string& source, std::size_t number) {
  std::string text;
  const std::size_t count = Repositories::purges(number) ? 0 : components;
  for (std::size_t i = 0; i < count; ++i) text += component(source, i, number) + "---\n";
  // Both sources define it now and then: the smaller place wins.
  text += fmt::format(
      "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: shared{}\nspec:\n  type: db\n  owner: "
      "team\n",
      number % 3);
  return text;
}

// A file that is broken in some commits, so that an earlier commit's stands in.
std::string fragile(const std::string& source, std::size_t number) {
  if (number % 5 == 3) return "kind: [";
  return fmt::format(
      "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata:\n  name: {}-system\n  description: v{}\nspec:\n  "
      "owner: team\n",
      source, number);
}

void add_file(std::string& stream, const std::string& path, const std::string& text) {
  stream += fmt::format("M 100644 inline {}\ndata {}\n{}\n", path, text.size(), text);
}

// Mostly a line, now and then a branch from a little earlier.
std::size_t parent_of(std::size_t number) {
  constexpr std::size_t fork_every = 4;
  return number % fork_every == 0 ? number - std::min<std::size_t>(number, 3 + number % 2) : number - 1;
}

std::string import_stream(const std::string& source) {
  std::string stream;
  for (std::size_t i = 0; i < Repositories::commits; ++i) {
    const std::string message = fmt::format("commit {}", i);
    stream +=
        fmt::format("commit refs/heads/c{0}\nmark :{1}\ncommitter Ann <ann@example.com> {2} +0000\ndata {3}\n{4}\n", i,
                    i + 1, time_of(i), message.size(), message);
    if (i > 0) stream += fmt::format("from :{}\n", parent_of(i) + 1);
    add_file(stream, "catalog-info.yaml", descriptors(source, i));
    add_file(stream, "fragile/catalog-info.yaml", fragile(source, i));
  }
  return stream;
}

std::string hash(const std::string& text) {
  const auto hex = base::hash128(text).hex();
  return {hex.begin(), hex.end()};
}

}  // namespace

std::string content_of(const catalog::Snapshot& snapshot) {
  std::string text = snapshot.token();
  snapshot.visit(snapshot.everything(), {}, [&](const catalog::Entity& entity) {
    text += entity.etag_text();
    entity.append_json(text);
    return true;
  });
  for (const auto& [file, diagnostics] : snapshot.diagnostics()) {
    for (const auto& one : diagnostics) {
      text += fmt::format("{} {} {} {}:{} {}\n", file.first, file.second, one.rule, one.mark.line, one.mark.column,
                          one.message);
    }
  }
  return text;
}

Repositories::Repositories() {
  for (const std::string& source : sources()) {
    Made& made = made_.emplace_back();
    made.repository.git({"fast-import", "--quiet"}, import_stream(source));
    std::vector<std::string> refs = {"rev-parse"};
    for (std::size_t i = 0; i < commits; ++i) {
      refs.push_back(fmt::format("refs/heads/c{}", i));
      made.parents.push_back(parent_of(i));
    }
    for (const auto line : base::split(made.repository.git(refs), '\n')) {
      if (!line.empty()) made.commits.emplace_back(line);
    }
  }
}

const std::vector<std::string>& Repositories::sources() {
  static const std::vector<std::string> all = {"alpha", "beta"};
  return all;
}

sync::SourceOptions Repositories::options(std::size_t source) const {
  sync::SourceOptions options;
  options.tree.source = sources()[source];
  options.tree.include = {base::Glob::parse("**/catalog-info.yaml").value()};
  // The same in every process, whatever folder the repositories are in.
  options.remote.url = git::parse_url("https://git.example.com/" + sources()[source] + ".git", {}).value();
  options.remote.branch = "main";
  return options;
}

std::size_t Repositories::number_of(std::size_t source, std::string_view commit) const {
  const auto& all = made_[source].commits;
  return static_cast<std::size_t>(std::ranges::find(all, commit) - all.begin());
}

bool Repositories::descends(std::size_t source, std::size_t number, std::size_t ancestor) const {
  while (number > ancestor) number = made_[source].parents[number];
  return number == ancestor;
}

const catalog::SourceContents& Repositories::contents(std::size_t source, std::size_t number) {
  const auto [at, is_new] = contents_.try_emplace({source, number});
  if (!is_new) return at->second;
  auto tree_options = options(source).tree;
  tree_options.links = definition::make_links(options(source).remote.url.text, "main");
  sync::SourceTree tree(std::move(tree_options));
  const auto bring = [](const std::vector<std::string>&) { return base::Status(); };
  const auto update = tree.plan({mirror(source), commit(source, number), bring, {}, {}});
  tree.commit(update.value());
  at->second = tree.contents();
  return at->second;
}

const std::string& Repositories::expected(const std::vector<std::size_t>& numbers) {
  auto& known = expected_[numbers];
  if (!known.empty()) return known;
  catalog::Editor editor(nullptr, 1);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    editor.replace_source(sources()[i], contents(i, numbers[i]));
    std::size_t position = 1;
    for (std::size_t at = numbers[i]; at > 0; at = made_[i].parents[at]) ++position;
    catalog::SourceState state;
    state.id = sources()[i];
    state.commit = commit(i, numbers[i]);
    state.position = position;
    state.freshness = std::make_shared<catalog::Freshness>();
    editor.set_source(state);
  }
  known = hash(content_of(*editor.finish()));
  return known;
}

}  // namespace aureacore::simulation
