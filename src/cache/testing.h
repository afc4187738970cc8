// For tests: a folder that goes with the test, and a clock that runs and can be set forward.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>

#include "base/clock.h"

namespace aureacore::cache::testing {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "aureacore-cache-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class ShiftedClock final : public base::Clock {
 public:
  [[nodiscard]] base::SteadyTime steady() const override {
    return std::chrono::steady_clock::now() + base::Duration(shift_.load());
  }
  [[nodiscard]] base::WallTime wall() const override {
    return std::chrono::system_clock::now() + base::Duration(shift_.load());
  }
  void advance(base::Duration by) { shift_ += by.count(); }

 private:
  std::atomic<base::Duration::rep> shift_{0};
};

}  // namespace aureacore::cache::testing
