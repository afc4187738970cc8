#include "server/random.h"

#include <memory>
#include <mutex>
#include <random>

namespace aureacore::server {

resilience::Random make_random() {
  struct Source {
    std::mutex mutex;
    std::mt19937_64 engine{std::random_device()()};
  };
  return [source = std::make_shared<Source>()] {
    const std::scoped_lock lock(source->mutex);
    return std::uniform_real_distribution<double>()(source->engine);
  };
}

}  // namespace aureacore::server
