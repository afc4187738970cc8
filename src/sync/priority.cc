#include "sync/priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace aureacore::sync {
namespace {

// Each step of nice is about a tenth of the processor time: at 10 a busy parser gets a tenth of what a busy worker
// gets.
constexpr int niceness = 10;

}  // namespace

void lower_priority() { static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness)); }

}  // namespace aureacore::sync
