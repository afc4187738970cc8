#include "server/source_config.h"

#include <algorithm>

#include "base/text.h"
#include "definition/kinds.h"
#include "entity/reference.h"
#include "server/secret.h"
#include "sync/criticality.h"

namespace aureacore::server {
namespace {

constexpr std::string_view default_include = "**/catalog-info.yaml";

// A path is what is neither scheme://… nor host:path, as git sees it.
bool is_relative_path(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  return !text.empty() && text.front() != '/' && text.front() != '-' && text.find(':') >= slash;
}

base::Result<git::Url> address(std::string_view text, const SourceDefaults& defaults) {
  if (!is_relative_path(text)) return git::parse_url(text, defaults.policy);
  return git::parse_url((defaults.directory / text).lexically_normal().string(), defaults.policy);
}

bool taken(const std::vector<sync::SourceOptions>& sources, std::string_view id) {
  return std::ranges::any_of(sources, [id](const auto& source) { return source.tree.source == id; });
}

std::vector<base::Glob> read_globs(Section& section, std::string_view key, std::vector<base::Glob> otherwise) {
  if (!section.has(key)) {
    std::vector<std::string> none;
    section.texts(key, none);
    return otherwise;
  }
  std::vector<base::Glob> globs;
  std::size_t items = 0;
  const bool listed = section.each(key, [&](const definition::Node& item) {
    ++items;
    auto glob = base::Glob::parse(item.text);
    if (glob) {
      globs.push_back(std::move(*glob));
    } else {
      section.errors().add(item.mark, fmt::format("{}: {}", key, glob.error().message));
    }
  });
  if (listed && items == 0 && key == "include")
    section.errors().add(section.mark(key), "include: expected at least one pattern, found none");
  return globs;
}

void read_credentials(Section& section, const SourceDefaults& defaults, git::Credentials& credentials) {
  section.text("username", credentials.username);
  read_password(section, {defaults.directory, defaults.environment}, credentials.password);
  for (auto [key, target] : {std::pair{"ssh_key_file", &credentials.ssh_key_file},
                             std::pair{"known_hosts_file", &credentials.known_hosts_file}}) {
    std::string file;
    section.text(key, file);
    if (file.empty()) continue;
    *target = (defaults.directory / file).lexically_normal().string();
    std::error_code error;
    if (!std::filesystem::is_regular_file(*target, error)) {
      section.errors().add(section.mark(key), fmt::format("{}: expected a file, found none at {}", key, file));
    }
  }
}

void read_id(Section& section, const std::vector<sync::SourceOptions>& sources, sync::SourceOptions& source) {
  std::string id;
  section.text("id", id);
  const bool given = section.has("id");
  // Without an address there is nothing to make an id of; that it is missing is an error of its own.
  if (!given && source.remote.url.text.empty()) return;
  if (!given) id = default_id(source.remote.url.text);
  if (!entity::is_name(id)) {
    section.errors().add(section.mark("id"),
                         fmt::format("id: expected 1 to 63 letters, digits, '-', '_' or '.', with a letter or digit "
                                     "first and last, found \"{}\"",
                                     base::printable(id, 80)));
  } else if (taken(sources, id)) {
    section.errors().add(section.mark("id"),
                         fmt::format("id: expected one of its own for each source, found \"{}\" again{}", id,
                                     given ? "" : " (made of the url: give it one)"));
  }
  source.tree.source = id;
}

void read_address(Section& section, const SourceDefaults& defaults, git::RemoteOptions& remote) {
  std::string url;
  section.text("url", url);
  if (url.empty()) {
    if (!section.has("url")) section.errors().add(section.mark("url"), "expected the source's url, found none");
    return;
  }
  auto parsed = address(url, defaults);
  if (parsed) {
    remote.url = std::move(*parsed);
  } else {
    const bool denied = parsed.error().code == base::Code::denied;
    section.errors().add(section.mark("url"), fmt::format("url: {}{}", parsed.error().message,
                                                          denied ? " (see allow_local and allow_insecure)" : ""));
  }
}

void read_kinds(Section& section, sync::TreeOptions& tree) {
  section.texts("kinds", tree.kinds);
  for (const std::string& kind : tree.kinds) {
    if (definition::is_known_kind(kind, tree.declared.get())) continue;
    section.errors().add(
        section.mark("kinds"),
        fmt::format("kinds: expected a kind such as Component, or one that the configuration declares, "
                    "found \"{}\"",
                    base::printable(kind)));
  }
}

base::Glob glob(std::string_view pattern) { return base::Glob::parse(pattern).value(); }

}  // namespace

std::string default_id(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with(".git")) url.remove_suffix(4);
  while (url.ends_with('/')) url.remove_suffix(1);
  const auto last = url.find_last_of("/:");
  std::string id;
  for (const char c : url.substr(last == std::string_view::npos ? 0 : last + 1)) {
    const std::string_view text(&c, 1);
    id += entity::is_name(text) || c == '-' || c == '_' || c == '.' ? c : '-';
  }
  id.resize(std::min<std::size_t>(id.size(), 63));
  const auto trim = [](char c) { return c == '-' || c == '_' || c == '.'; };
  while (!id.empty() && trim(id.back())) id.pop_back();
  id.erase(0, static_cast<std::size_t>(std::ranges::find_if_not(id, trim) - id.begin()));
  return id.empty() ? "source" : id;
}

void read_source(const definition::Node& node, const SourceDefaults& defaults, Errors& errors,
                 std::vector<sync::SourceOptions>& sources, HookConfig& hooks) {
  sync::SourceOptions source = defaults.options;
  Section section(node, errors, "a source");
  if (!node.is(definition::Node::Type::mapping)) return;
  read_address(section, defaults, source.remote);
  read_id(section, sources, source);
  section.text("branch", source.remote.branch);
  if (!source.remote.branch.empty()) {
    if (auto checked = git::check_branch(source.remote.branch); !checked) {
      errors.add(section.mark("branch"), "branch: " + checked.error().message);
    }
  }
  source.tree.include = read_globs(section, "include", {glob(default_include)});
  source.tree.exclude = read_globs(section, "exclude", {});
  source.tree.orphans = read_globs(section, "orphans", {});
  read_kinds(section, source.tree);
  section.duration("interval", source.interval, least_interval);
  base::Duration cache_ttl = CacheConfig::least_ttl;
  section.duration("cache_ttl", cache_ttl, CacheConfig::least_ttl);
  if (section.has("cache_ttl")) source.cache_ttl = cache_ttl;
  std::string criticality;
  section.choice("criticality", {"critical", "high", "normal", "low"}, criticality);
  source.criticality = sync::parse_criticality(criticality);
  section.boolean("fsck", source.remote.fsck);
  section.section("credentials", "the credentials",
                  [&](Section& inner) { read_credentials(inner, defaults, source.remote.credentials); });
  section.section("hooks", "the source's webhooks", [&](Section& inner) {
    read_hook_secrets(inner, {defaults.directory, defaults.environment}, hooks.of_sources[source.tree.source]);
  });
  if (source.remote.url.scheme == git::Scheme::ssh && source.remote.credentials.known_hosts_file.empty()) {
    errors.add(section.mark("url"), "url: expected credentials.known_hosts_file for an ssh address, found none");
  }
  section.finish();
  sources.push_back(std::move(source));
}

void add_source(std::string_view text, const SourceDefaults& defaults, Errors& errors,
                std::vector<sync::SourceOptions>& sources) {
  sync::SourceOptions source = defaults.options;
  const auto mark = text.rfind('#');
  const auto fail = [&](const base::Error& error) {
    errors.add(fmt::format("--source {}: {}", base::printable(text), error.message));
  };
  auto url = address(text.substr(0, mark), defaults);
  if (!url) return fail(url.error());
  source.remote.url = std::move(*url);
  if (mark != std::string_view::npos) {
    source.remote.branch = text.substr(mark + 1);
    if (auto checked = git::check_branch(source.remote.branch); !checked) return fail(checked.error());
  }
  if (source.remote.url.scheme == git::Scheme::ssh) {
    return fail({base::Code::invalid, "an ssh address needs known_hosts_file: use a configuration file"});
  }
  source.tree.include = {glob(default_include)};
  const std::string id = default_id(source.remote.url.text);
  source.tree.source = id;
  for (int number = 2; taken(sources, source.tree.source); ++number) {
    source.tree.source = fmt::format("{}-{}", id.substr(0, 56), number);
  }
  sources.push_back(std::move(source));
}

}  // namespace aureacore::server
