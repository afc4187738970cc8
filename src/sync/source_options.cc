#include "sync/source_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/hash.h"

namespace aureacore::sync {
namespace {

bool same_globs(const std::vector<base::Glob>& a, const std::vector<base::Glob>& b) {
  return std::ranges::equal(a, b, {}, &base::Glob::pattern, &base::Glob::pattern);
}

auto credentials_of(const git::RemoteOptions& remote) {
  const auto& all = remote.credentials;
  return std::tie(all.username, all.password, all.ssh_key_file, all.known_hosts_file);
}

auto limits_of(const git::RemoteOptions& remote) {
  return std::tie(remote.list_deadline, remote.fetch_deadline, remote.mirror_bytes);
}

auto limits_of(const TreeOptions& tree) {
  return std::tie(tree.files, tree.file_bytes, tree.chain, tree.yaml.bytes, tree.yaml.documents, tree.yaml.depth,
                  tree.yaml.nodes, tree.yaml.scalar_bytes);
}

bool same_remote(const git::RemoteOptions& a, const git::RemoteOptions& b) {
  return a.url.text == b.url.text && a.branch == b.branch && a.fsck == b.fsck &&
         credentials_of(a) == credentials_of(b) && limits_of(a) == limits_of(b);
}

}  // namespace

bool same_content(const SourceOptions& a, const SourceOptions& b) {
  return a.tree.source == b.tree.source && same_remote(a.remote, b.remote) && a.tree.kinds == b.tree.kinds &&
         definition::same_kinds(a.tree.declared, b.tree.declared) && same_globs(a.tree.include, b.tree.include) &&
         same_globs(a.tree.exclude, b.tree.exclude) && same_globs(a.tree.orphans, b.tree.orphans) &&
         limits_of(a.tree) == limits_of(b.tree);
}

std::string content_name(const std::vector<SourceOptions>& sources) {
  std::map<std::string, std::string> lines;  // by source: their order says nothing
  for (const auto& source : sources) {
    const auto& remote = source.remote;
    const auto& tree = source.tree;
    std::string& line = lines[tree.source];
    // No field has line breaks but the kinds' text, which is the last.
    line = fmt::format("{}\n{}\n{}\n", tree.source, remote.url.text, remote.branch);
    for (const auto& glob : tree.include) line += fmt::format("+{}\n", glob.pattern());
    for (const auto& glob : tree.exclude) line += fmt::format("-{}\n", glob.pattern());
    for (const auto& glob : tree.orphans) line += fmt::format("?{}\n", glob.pattern());
    for (const auto& kind : tree.kinds) line += fmt::format("{}\n", kind);
    line +=
        std::apply([](const auto&... limit) { return fmt::format("{}\n", fmt::join({std::uint64_t{limit}...}, " ")); },
                   limits_of(tree));
    if (tree.declared) line += tree.declared->text();
  }
  base::Hasher128 hasher;
  for (const auto& [source, line] : lines) {
    hasher.update(fmt::format("{}\n", line.size()));
    hasher.update(line);
  }
  const auto hex = hasher.digest().hex();
  return {hex.begin(), hex.end()};
}

}  // namespace aureacore::sync
