#include "sync/file_reader.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace aureacore::sync {
namespace {

// Fewer files than this for each thread are read on the planning thread alone: a thread costs more than they do.
constexpr std::size_t files_per_thread = 16;
// Placeholders don't nest, so a second round has all that the first one found missing; more say that the remote keeps
// failing us.
constexpr int max_rounds = 4;

// What placeholders read: the same commit's files.
class CommitFiles final : public definition::Files {
 public:
  CommitFiles(git::Repository& repository, const std::string& commit, std::size_t limit)
      : repository_(repository), commit_(commit), limit_(limit) {}

  base::Result<std::string> read(std::string_view path) override {
    auto found = repository_.find(commit_, path);
    if (!found) {
      note(found.error());
      return std::unexpected(found.error());
    }
    if (!*found) return base::fail(base::Code::not_found, "expected a file at \"{}\", found none", path);
    const git::File& file = **found;
    if (file.mode != git::Mode::regular) {
      return base::fail(base::Code::denied, "expected a regular file at \"{}\", found a {}", path,
                        file.mode == git::Mode::symlink ? "symbolic link" : "submodule");
    }
    if (!repository_.has(file.blob)) {
      missing_.push_back(file.blob);
      return base::fail(base::Code::unavailable, "\"{}\" is not in the mirror yet", path);
    }
    auto bytes = repository_.read(file.blob, limit_);
    if (!bytes && bytes.error().code != base::Code::too_large) note(bytes.error());
    return bytes;
  }

  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }
  // An error of the mirror, which is no fault of the file that is being read.
  [[nodiscard]] const std::optional<base::Error>& broken() const { return broken_; }

 private:
  void note(const base::Error& error) {
    if (!broken_) broken_ = error;
  }

  git::Repository& repository_;
  const std::string& commit_;
  const std::size_t limit_;
  std::vector<std::string> missing_;
  std::optional<base::Error> broken_;
};

// A file that can't be a descriptor at all.
definition::Descriptor rejected(std::string rule, entity::Severity severity, std::string message) {
  definition::Descriptor descriptor;
  descriptor.complete = false;
  descriptor.diagnostics.push_back({severity, std::move(rule), std::move(message), {}, {}, {}});
  return descriptor;
}

definition::Descriptor skipped(git::Mode mode) {
  return rejected("file", entity::Severity::warning,
                  fmt::format("expected a regular file, found a {}: skipped",
                              mode == git::Mode::symlink ? "symbolic link" : "submodule"));
}

}  // namespace

// One pass over the files that are still to be read.
struct FileReader::Round {
  Round(const std::vector<WantedFile>& files, std::vector<std::size_t> which, std::vector<FileRecordPtr>& results)
      : wanted(files), indices(std::move(which)), records(results) {}

  const std::vector<WantedFile>& wanted;
  std::vector<std::size_t> indices;  // into wanted
  std::vector<FileRecordPtr>& records;
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> done{0};
  std::mutex mutex;
  std::vector<std::size_t> again;  // guarded by mutex; so are those below
  std::vector<std::string> missing;
  std::optional<base::Error> error;

  void fail(const base::Error& failure) {
    const std::scoped_lock lock(mutex);
    if (!error) error = failure;
    next = indices.size();
  }
};

FileReader::FileReader(const TreeOptions& options, std::filesystem::path mirror, std::string commit, BringBlobs bring,
                       ReadProgress progress, std::stop_token stop)
    : options_(options),
      mirror_(std::move(mirror)),
      commit_(std::move(commit)),
      bring_(std::move(bring)),
      progress_(std::move(progress)),
      stop_(std::move(stop)) {}

base::Result<std::vector<FileRecordPtr>> FileReader::read(const std::vector<WantedFile>& wanted) {
  std::vector<FileRecordPtr> records(wanted.size());
  if (wanted.empty()) return records;
  if (auto brought = bring_wanted(wanted); !brought) return std::unexpected(brought.error());
  std::vector<std::size_t> indices(wanted.size());
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
  wanted_ += wanted.size();
  for (int number = 0; !indices.empty(); ++number) {
    if (number == max_rounds) {
      return base::fail(base::Code::unavailable, "the mirror still lacks blobs after they were fetched {} times",
                        max_rounds);
    }
    Round round(wanted, std::move(indices), records);
    run(round);
    read_ += round.done;
    if (round.error) return std::unexpected(*round.error);
    if (auto brought = bring_missing(std::move(round.missing)); !brought) return std::unexpected(brought.error());
    indices = std::move(round.again);
  }
  if (progress_) progress_(read_, wanted_);
  return records;
}

base::Status FileReader::bring_wanted(const std::vector<WantedFile>& wanted) {
  auto repository = git::Repository::open(mirror_);
  if (!repository) return std::unexpected(repository.error());
  std::vector<std::string> missing;
  for (const auto& [file, origin, place, orphan] : wanted) {
    if (file.mode == git::Mode::regular && !repository->has(file.blob)) missing.push_back(file.blob);
  }
  return bring_missing(std::move(missing));
}

base::Status FileReader::bring_missing(std::vector<std::string> missing) {
  if (missing.empty()) return {};
  std::ranges::sort(missing);
  const auto repeated = std::ranges::unique(missing);
  missing.erase(repeated.begin(), repeated.end());
  return bring_(missing);
}

void FileReader::run(Round& round) {
  const auto work = [this, &round] {
    auto repository = git::Repository::open(mirror_);
    if (!repository) return round.fail(repository.error());
    for (std::size_t at = round.next++; at < round.indices.size(); at = round.next++) {
      if (auto done = run_one(round, *repository, round.indices[at]); !done) return round.fail(done.error());
    }
  };
  const std::size_t count = std::min<std::size_t>(options_.threads, round.indices.size() / files_per_thread);
  if (count < 2) return work();
  std::vector<std::jthread> threads;  // that end, and so leave what they took to whoever frees it
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work);
}

base::Status FileReader::run_one(Round& round, git::Repository& repository, std::size_t index) {
  if (stop_.stop_requested()) return base::fail(base::Code::timeout, "stopped while reading files");
  WantedFile wanted = round.wanted[index];
  const git::File& file = wanted.file;
  if (!wanted.place) wanted.place = entity::SourceFilePtr(new entity::SourceFile(options_.source, file.path));
  definition::Descriptor descriptor;
  if (file.mode != git::Mode::regular) {
    descriptor = skipped(file.mode);
  } else if (auto bytes = repository.read(file.blob, options_.file_bytes); bytes) {
    CommitFiles files(repository, commit_, options_.file_bytes);
    const definition::FileContext context{.file = wanted.place,
                                          .origin = wanted.origin,
                                          .orphan = wanted.orphan,
                                          .links = options_.links,
                                          .limits = options_.yaml,
                                          .kinds = options_.kinds,
                                          .declared = options_.declared.get()};
    descriptor = definition::read_descriptor(context, *bytes, files);
    if (files.broken()) return std::unexpected(files.broken()->in(file.path));
    if (!files.missing().empty()) {
      const std::scoped_lock lock(round.mutex);
      round.again.push_back(index);
      round.missing.insert(round.missing.end(), files.missing().begin(), files.missing().end());
      return {};
    }
  } else if (bytes.error().code == base::Code::too_large) {
    descriptor = rejected("limit", entity::Severity::error,
                          fmt::format("expected a file of at most {} bytes, found a larger one", options_.file_bytes));
  } else {
    return std::unexpected(bytes.error().in(file.path));
  }
  round.records[index] = make_record(wanted, std::move(descriptor));
  if (const std::size_t done = ++round.done; progress_ && done % 256 == 0) progress_(read_ + done, wanted_);
  return {};
}

}  // namespace aureacore::sync
