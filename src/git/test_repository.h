// Real repositories in temporary folders, for tests and benchmarks: made with the git program and a clean configuration, removed at
// the end.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "git/process.h"

namespace aureacore::git {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "aureacore-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A repository with a work tree on branch main.
class TestRepository {
 public:
  explicit TestRepository(std::vector<std::string> init_options = {}) {
    std::vector<std::string> arguments = {"init", "-q", "-b", "main"};
    arguments.insert(arguments.end(), init_options.begin(), init_options.end());
    git(arguments);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] std::string url() const { return path().string(); }

  // NOLINTBEGIN(modernize-use-nodiscard): called for what they do as often as for what they tell
  // Runs git here; what it prints, without the newline at the end.
  std::string git(std::vector<std::string> arguments, std::string input = {}) const {
    arguments.insert(arguments.begin(), {"git", "-C", path().string(), "-c", "protocol.file.allow=always"});
    const char* search = std::getenv("PATH");
    const auto outcome = run({.arguments = std::move(arguments),
                              .environment = {std::string("PATH=") + (search == nullptr ? "/usr/bin:/bin" : search),
                                              "HOME=/dev/null", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
                                              "GIT_AUTHOR_NAME=Ann", "LC_ALL=C", "GIT_AUTHOR_EMAIL=ann@example.com",
                                              "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com"},
                              .input = std::move(input)});
    if (!outcome || outcome->status != 0) {
      std::fprintf(stderr, "git failed: %s\n", outcome ? outcome->errors.c_str() : outcome.error().message.c_str());
      std::abort();
    }
    return outcome->output.substr(0, outcome->output.find_last_not_of('\n') + 1);
  }

  void write(std::string_view file, std::string_view text) const { write_text(path() / file, text); }
  // Commits everything; the new commit's id.
  std::string commit(std::string_view message = "change") const {
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", std::string(message)});
    return head();
  }
  std::string commit_file(std::string_view file, std::string_view text) const {
    write(file, text);
    return commit();
  }
  // The same behind another commit than the branch's: its history is rewritten in one step.
  std::string commit_file_on(const std::string& parent, std::string_view file, std::string_view text) const {
    write(file, text);
    git({"add", "-A"});
    git({"update-ref", "HEAD", git({"commit-tree", "-p", parent, "-m", "change", git({"write-tree"})})});
    return head();
  }
  // NOLINTEND(modernize-use-nodiscard)
  [[nodiscard]] std::string head() const { return git({"rev-parse", "HEAD"}); }
  // Where the server leaves blobs out for those who ask.
  void allow_filter() const { git({"config", "uploadpack.allowFilter", "true"}); }

 private:
  TemporaryFolder folder_;
};

}  // namespace aureacore::git
