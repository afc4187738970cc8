#include "sync/source.h"

#include <fmt/core.h>

#include "base/hash.h"

namespace aureacore::sync {

Connection connect_git(const std::filesystem::path& mirror, const git::RemoteOptions& options) {
  auto remote = std::make_unique<git::GitRemote>(mirror, options);
  const git::GitRemote* view = remote.get();
  return {std::move(remote), [view] { return view->partial(); }, [view] { return view->disk_bytes(); },
          [view] {
            const auto held = view->mirrored();
            return held ? held->commit : std::string();
          }};
}

std::string mirror_name(const SourceOptions& options) {
  const auto hex = base::hash128(options.remote.url.text).hex();
  return fmt::format("{}-{}", options.tree.source, std::string_view(hex.data(), 12));
}

Source::Source(SourceOptions source_options, const std::filesystem::path& mirrors, const Connect& connect)
    : options(std::move(source_options)),
      mirror(mirrors / (mirror_name(options) + ".git")),
      record_file(mirrors / (mirror_name(options) + ".checked")),
      connection(connect(mirror, options.remote)) {
  status.id = id();
  status.url = options.remote.url.display;
  status.branch = options.remote.branch;
  status.breaker = resilience::name(breaker.state());
}

}  // namespace aureacore::sync
