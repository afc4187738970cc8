#include "sync/source_options.h"

#include <algorithm>
#include <tuple>

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

}  // namespace aureacore::sync
