// VersionLog: which commits the tokens of lately served versions stand for. A token is a digest: only who has seen the version
// can tell.
//
// In memory, and in a file of the state directory for the next process: one record a version, appended when it is served. A
// cache: what is lost or damaged is a version that can't be made again from Git alone. Any thread.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "entity/version.h"

namespace aureacore::sync {

class VersionLog {
 public:
  static constexpr std::size_t max_bytes = 4 << 20;  // of what is remembered; the file may have twice as much

  // The directory must exist by the time of the first open().
  VersionLog(std::filesystem::path directory, const base::Log& log) : directory_(std::move(directory)), log_(log) {}

  // From now on versions of the catalog with this name (see content_name): under another one the same commits make another
  // catalog. What earlier processes have noted of it is read, what they have noted of others is deleted.
  void open(const std::string& catalog);
  void note(const entity::Version& version, const std::string& token);
  [[nodiscard]] std::optional<entity::Version> find(const std::string& token) const;
  [[nodiscard]] std::size_t size() const;

 private:
  void read();
  void remember(const std::string& token, std::string text);
  void append(const std::string& record);
  void rewrite();

  const std::filesystem::path directory_;
  const base::Log& log_;
  mutable std::mutex mutex_;
  std::filesystem::path file_;                // guarded by mutex_
  std::map<std::string, std::string> texts_;  // by token; guarded by mutex_
  std::deque<std::string> order_;             // the tokens, oldest first; guarded by mutex_
  std::size_t bytes_ = 0;                     // guarded by mutex_
  std::size_t file_bytes_ = 0;                // guarded by mutex_
};

}  // namespace aureacore::sync
