#include "server/file_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace aureacore::server {

void raise_file_limit(std::size_t wanted, const base::Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  const bool raised = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
  if (raised && limit.rlim_cur == wanted) return;
  log.warning(
      "fewer open files are allowed than limits.connections may need: clients beyond them wait; raise the limit "
      "(ulimit -n, LimitNOFILE=) or lower limits.connections",
      {{"expected", wanted}, {"found", limit.rlim_cur}});
}

}  // namespace aureacore::server
