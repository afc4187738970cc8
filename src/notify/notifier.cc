#include "notify/notifier.h"

namespace aureacore::notify {

Notifier::Notifier(const std::vector<Target>& targets, const CourierOptions& options,
                   const Dependencies& dependencies) {
  for (const Target& target : targets) {
    const auto send = [poster = std::make_shared<Poster>()](const Post& post, const std::stop_token& stop) {
      return poster->send(post, stop);
    };
    Courier::Dependencies own{.clock = dependencies.clock,
                              .log = dependencies.log,
                              .random = dependencies.random,
                              .shared = dependencies.shared,
                              .send = send};
    if (!dependencies.spool.empty()) own.spool = dependencies.spool / target.name;
    couriers_.push_back(std::make_unique<Courier>(target, options, std::move(own)));
  }
}

void Notifier::start() {
  for (const auto& courier : couriers_) courier->start();
}

void Notifier::stop() {
  for (const auto& courier : couriers_) courier->stop();
}

void Notifier::take(const feed::Publication& publication) {
  for (const auto& courier : couriers_) courier->take(publication);
}

std::vector<CourierStatus> Notifier::status() const {
  std::vector<CourierStatus> all;
  all.reserve(couriers_.size());
  for (const auto& courier : couriers_) all.push_back(courier->status());
  return all;
}

}  // namespace aureacore::notify
