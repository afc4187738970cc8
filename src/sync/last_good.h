// LastGood: what the earlier versions of broken files defined, from the history of the commit that is read.
//
// A file's last good version follows from the commit alone: the walk goes back along the first parents, and wherever the
// file, or one that its placeholders read, was another, it is read as it was. So a process that starts behind a bad
// commit ends with the same entities as one that was there before it. Bounded in commits, versions and differences.
//
// A mirror may lack blobs of earlier commits: they are asked for by `bring`, together, a few times at most. Where they
// can't be had, the file's record says so, and what was known of the file before stands in.
//
// Lives for one plan, on its thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/file_reader.h"

namespace aureacore::sync {

class LastGood {
 public:
  // Reads files of an earlier commit, each by itself.
  using ReadAt = std::function<base::Result<std::vector<FileRecordPtr>>(
      const std::string& commit, const BringBlobs& bring, const std::vector<WantedFile>& wanted)>;
  struct Options {
    std::filesystem::path mirror;
    std::string commit;
    HistoryLimits limits;
  };

  LastGood(Options options, ReadAt read, BringBlobs bring, std::stop_token stop);

  // What stands in for what is broken in these records, which `commit` was read into: each gets what was good earlier.
  // `known`: what was known of the file before, or null; used only where history can't be read. Errors: timeout
  // (stopped), corrupt.
  struct Broken {
    FileRecordPtr record;
    FileRecordPtr known;
  };
  base::Status fill_in(std::vector<Broken>& broken);

  // Whether a blob that was wanted could not be had.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

 private:
  // One file's way back.
  struct Search {
    std::vector<FileRecordPtr> versions{};  // newest first; the first is the one that was given
    std::size_t at = 0;                     // the commit of line_ from which it goes on
    bool open = true;
    std::string missing{};  // the blob that it waits for
    std::string failure{};  // why it was given up
  };

  base::Status walk(git::Repository& repository);
  // False: history, or a limit, ends here.
  base::Result<bool> extend_to(const git::Repository& repository, std::size_t at);
  base::Result<std::vector<Search*>> touched(const git::Repository& repository, std::size_t at);
  base::Status go_back(const git::Repository& repository, const std::vector<Search*>& searches, std::size_t at);
  base::Status read(const std::string& commit, const std::vector<WantedFile>& wanted,
                    const std::vector<Search*>& searches);
  // Whether there is more to be read now.
  base::Result<bool> bring_missing();
  base::Status bring(const std::vector<std::string>& blobs);
  void watch(Search& search);
  void unwatch(Search& search);
  void give_up(Search& search, const std::string& why);
  static FileRecordPtr fold(const Search& search, const FileRecordPtr& known);

  const Options options_;
  const ReadAt read_;
  const BringBlobs bring_;
  const std::stop_token stop_;
  std::vector<std::string> line_;  // commits, along the first parents
  std::vector<Search> searches_;
  std::map<std::string, std::set<Search*>, std::less<>> watchers_;  // by the paths whose change concerns them
  std::size_t reads_ = 0;
  std::size_t changes_ = 0;
  std::size_t fetches_ = 0;
  std::string bring_failure_;
  bool gave_up_ = false;
};

}  // namespace aureacore::sync
