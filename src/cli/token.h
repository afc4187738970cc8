// aureacore token: a new bearer token on standard output, and its hash for the configuration.
#pragma once

namespace aureacore::cli {

int print_token();

}  // namespace aureacore::cli
