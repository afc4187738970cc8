// serve: the whole life of a serving process, from its configuration to its exit status; reacts to signals.
//
//   SIGTERM, SIGINT   not ready at once, drain, exit 0        SIGHUP   read the configuration again; a bad one changes
//   nothing
#pragma once

#include "server/config.h"

namespace aureacore::server {

// Blocks until a signal ends it, and the process with it (status 0). Call before any other thread exists: it blocks signals for
// all that follow. Returns 1 where it can't serve; the reason is on standard error.
int serve(const ConfigRequest& request);

}  // namespace aureacore::server
