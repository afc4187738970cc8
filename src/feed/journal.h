// Journal: the bounded, ordered log of what publications changed, and the way from any version that a client may have
// seen, here or on another instance, to the current one. No clock, no threads: its owner gives it the versions in order.
//
// From a version of the log the way is each publication behind it. Instances may skip each other's versions, and a log
// ends somewhere: from a version that can still be found elsewhere the way is one difference. A client that was told more
// elsewhere than is known here is ahead: it must not be taken back, so it waits. Otherwise there is no way: list again.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/snapshot.h"
#include "feed/publication.h"

namespace aureacore::feed {

struct JournalLimits {
  std::size_t publications = 1'024;   // that are kept
  std::size_t changes = 20'000;       // of all that are kept, together
  std::size_t event_changes = 5'000;  // of one; larger ones break the log
  std::size_t restated = 64;          // tokens that are remembered to have meant two things
};

// The way from a client's version to the current one.
struct Way {
  enum class Kind : std::uint8_t { known, ahead, unknown };
  Kind kind = Kind::unknown;
  std::vector<PublicationPtr> publications;  // of a known one; none: it is up to date
};

class Journal {
 public:
  // Finds a version that is still held, by its token; null: it isn't.
  using Find = std::function<catalog::SnapshotPtr(std::string_view token)>;

  explicit Journal(JournalLimits limits = {}) : limits_(limits) {}

  // The next version. Gives what it changed; null: it is the first, or says what the one before it said.
  PublicationPtr take(catalog::SnapshotPtr next);

  [[nodiscard]] Way way_from(std::string_view token, const Find& find) const;
  // Null before the first version.
  [[nodiscard]] const catalog::SnapshotPtr& current() const { return current_; }

 private:
  void keep(PublicationPtr publication);
  void restart(const Publication& publication);
  [[nodiscard]] bool restated(std::string_view token) const;

  const JournalLimits limits_;
  catalog::SnapshotPtr current_;
  std::deque<PublicationPtr> log_;  // without a gap, the last one leads to current_
  std::size_t changes_ = 0;         // in log_
  std::deque<std::string> restated_;
};

}  // namespace aureacore::feed
