// Message: one notification to one target; and Spool, where those that wait are kept on disk, so that the end of the
// process loses none. Blocks; its courier's thread alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace aureacore::notify {

struct Message {
  std::string id;       // the same on every instance
  std::string version;  // the token that it leads to
  std::string body;
  std::uint64_t number = 0;  // in its spool
};

class Spool {
 public:
  // The folder is made when missing. Empty: nothing is kept.
  explicit Spool(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // What was kept, in order. What can't be read is left out, and deleted.
  std::vector<Message> load();
  // Gives it its number. Error: it is not kept.
  base::Status keep(Message& message);
  void forget(const Message& message);

 private:
  [[nodiscard]] std::filesystem::path file_of(const Message& message) const;

  const std::filesystem::path folder_;
  std::uint64_t next_ = 1;
};

}  // namespace aureacore::notify
