#include "server/random.h"

#include <memory>
#include <mutex>
#include <random>

namespace aureacore::server {
namespace {

// From as many random bits as a seed of a hash table has, and more: what is shown of its numbers must not tell the others.
std::mt19937_64 make_engine() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

}  // namespace

resilience::Random make_random() {
  struct Source {
    std::mutex mutex;
    std::mt19937_64 engine = make_engine();
  };
  return [source = std::make_shared<Source>()] {
    const std::scoped_lock lock(source->mutex);
    return std::uniform_real_distribution<double>()(source->engine);
  };
}

}  // namespace aureacore::server
