// Notifier: tells other systems of changes that concern them, by signed POSTs (Standard Webhooks); a courier for each
// target. Made and ended by the composition root: started before the feed that tells it of publications, stopped behind it.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "notify/courier.h"

namespace aureacore::notify {

class Notifier {
 public:
  static constexpr std::size_t max_targets = 16;

  struct Dependencies {
    const base::Clock& clock;
    const base::Log& log;
    resilience::Random random;  // any thread
    Shared* shared = nullptr;   // null: there is no other instance
    std::filesystem::path spool = {};
  };

  Notifier(const std::vector<Target>& targets, const CourierOptions& options, const Dependencies& dependencies);

  void start();
  // Idempotent.
  void stop();
  // One thread; brief.
  void take(const feed::Publication& publication);
  // Any thread.
  [[nodiscard]] std::vector<CourierStatus> status() const;

 private:
  std::vector<std::unique_ptr<Courier>> couriers_;
};

}  // namespace aureacore::notify
