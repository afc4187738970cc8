// FileReader: reads and parses files of one commit, in parallel where there are many.
//
// Lives as long as one plan, on the thread that plans; its helper threads end before read() returns.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/glob.h"
#include "base/result.h"
#include "definition/descriptor.h"
#include "git/repository.h"
#include "sync/file_record.h"

namespace aureacore::sync {

// How far back the last good versions of broken files are looked for.
struct HistoryLimits {
  std::size_t commits = 10'000;      // that are looked at, back from the one that is read
  std::size_t versions = 50;         // of one file that are read
  std::size_t reads = 50'000;        // of all files together
  std::size_t changes = 10'000'000;  // paths that commits differ in, all together
  std::size_t fetches = 5;           // times that missing blobs are asked for
};

struct TreeOptions {
  std::string source;  // the source's id
  std::vector<base::Glob> include;
  std::vector<base::Glob> exclude;
  std::vector<base::Glob> orphans;  // what stays, as orphans, where neither `include` nor a Location leads to it
  definition::Links links;
  std::vector<std::string> kinds;         // that may be defined; empty: any
  definition::DeclaredKindsPtr declared;  // kinds beside those that everyone knows; null: none
  definition::YamlLimits yaml;
  std::size_t files = 200'000;       // descriptors of one source; more fail the update
  std::size_t file_bytes = 1 << 20;  // of a descriptor, and of a file that a placeholder names
  HistoryLimits history;
  std::size_t chain = 10;  // Locations from a file that the globs find to the last
  unsigned threads = 2;    // that parse at once
};

// Brings blobs that the mirror lacks (git::Remote::fetch_blobs, or a refusal where there is no network to be used).
using BringBlobs = std::function<base::Status(const std::vector<std::string>& blobs)>;
// How far reading has come: files read so far, and files known to be wanted. Called on any thread.
using ReadProgress = std::function<void(std::size_t read, std::size_t wanted)>;

class FileReader {
 public:
  FileReader(const TreeOptions& options, std::filesystem::path mirror, std::string commit, BringBlobs bring,
             ReadProgress progress, std::stop_token stop);

  // The records in the order of `wanted`, each by itself. Errors: those of bringing blobs, corrupt, timeout (stopped).
  base::Result<std::vector<FileRecordPtr>> read(const std::vector<WantedFile>& wanted);
  [[nodiscard]] std::size_t files_read() const { return read_; }

 private:
  struct Round;

  base::Status bring_missing(std::vector<std::string> missing);
  base::Status bring_wanted(const std::vector<WantedFile>& wanted);
  void run(Round& round);
  base::Status run_one(Round& round, git::Repository& repository, std::size_t index);

  const TreeOptions& options_;
  const std::filesystem::path mirror_;
  const std::string commit_;
  const BringBlobs bring_;
  const ReadProgress progress_;
  const std::stop_token stop_;
  std::size_t read_ = 0;
  std::size_t wanted_ = 0;
};

}  // namespace aureacore::sync
