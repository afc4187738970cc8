// Randomness from the system's, for whoever is given some.
#pragma once

#include "resilience/random.h"

namespace aureacore::server {

// Seeded anew by each call; what it gives may be asked by any thread, copies share it.
resilience::Random make_random();

}  // namespace aureacore::server
