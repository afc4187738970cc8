// SourceOptions: what the configuration says of one source, checked, with its defaults filled in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "entity/definition.h"
#include "git/remote.h"
#include "sync/file_reader.h"

namespace aureacore::sync {

struct SourceOptions {
  git::RemoteOptions remote;  // url, branch, credentials, …
  TreeOptions tree;           // id, globs, limits; its links are made when the branch is known
  base::Duration interval = std::chrono::seconds(60);
  std::optional<base::Duration> cache_ttl{};         // of what the store has of it alone; nothing: as of all others
  std::optional<entity::Criticality> criticality{};  // nothing: its entities'
};

// Whether the two have the same content to give: everything but the interval, the time to live and the criticality is equal.
bool same_content(const SourceOptions& a, const SourceOptions& b);

// Names what the sources have to give: equal where every instance would make the same catalog of the same commits, whatever
// its credentials, deadlines and intervals. 32 hexadecimal digits.
std::string content_name(const std::vector<SourceOptions>& sources);

}  // namespace aureacore::sync
