// Randomness, injected: a function that gives numbers evenly spread over [0, 1).
#pragma once

#include <functional>

namespace aureacore::resilience {

using Random = std::function<double()>;

}  // namespace aureacore::resilience
