#include "bench/failure.h"

#include <cerrno>
#include <system_error>

namespace aureacore::bench {

void give_up_errno(const std::string& what) {
  throw Failure(fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

}  // namespace aureacore::bench
