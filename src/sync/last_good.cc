#include "sync/last_good.h"

#include <fmt/core.h>

#include <algorithm>

namespace aureacore::sync {
namespace {

// The version of a file, and with it what its broken documents are, changes where one of these does.
std::vector<std::string> watched(const FileRecord& record) {
  std::vector<std::string> paths = record.reads;
  paths.push_back(record.file.path);
  return paths;
}

}  // namespace

LastGood::LastGood(Options options, ReadAt read, BringBlobs bring, std::stop_token stop)
    : options_(std::move(options)),
      read_(std::move(read)),
      bring_(std::move(bring)),
      stop_(std::move(stop)),
      line_{options_.commit} {}

base::Status LastGood::fill_in(std::vector<Broken>& broken) {
  searches_.clear();
  for (const auto& [record, known] : broken) searches_.push_back({.versions = {record}});
  for (bool more = !broken.empty(); more;) {
    // Opened anew, so that it knows what was brought.
    auto repository = git::Repository::open(options_.mirror);
    if (!repository) return std::unexpected(repository.error());
    if (auto walked = walk(*repository); !walked) return walked;
    const auto brought = bring_missing();
    if (!brought) return std::unexpected(brought.error());
    more = *brought;
  }
  for (std::size_t i = 0; i < broken.size(); ++i) broken[i].record = fold(searches_[i], broken[i].known);
  return {};
}

base::Status LastGood::walk(git::Repository& repository) {
  std::multimap<std::size_t, Search*> joining;
  for (Search& search : searches_) {
    if (search.open && search.missing.empty()) joining.emplace(search.at, &search);
  }
  watchers_.clear();
  for (std::size_t at = joining.empty() ? 0 : joining.begin()->first; !joining.empty() || !watchers_.empty(); ++at) {
    const auto [first, last] = joining.equal_range(at);
    for (auto join = first; join != last; ++join) watch(*join->second);
    joining.erase(first, last);
    if (stop_.stop_requested()) return base::fail(base::Code::timeout, "stopped while reading earlier versions");
    const auto extended = extend_to(repository, at + 1);
    if (!extended) return std::unexpected(extended.error());
    if (!*extended) break;
    const auto concerned = touched(repository, at);
    if (!concerned) return std::unexpected(concerned.error());
    if (auto went = go_back(repository, *concerned, at); !went) return went;
  }
  for (Search& search : searches_) search.open = search.open && !search.missing.empty();
  return {};
}

base::Result<bool> LastGood::extend_to(const git::Repository& repository, std::size_t at) {
  if (at > options_.limits.commits || changes_ > options_.limits.changes || reads_ > options_.limits.reads)
    return false;
  if (at < line_.size()) return true;
  auto parent = repository.parent(line_.back());
  if (!parent) return std::unexpected(parent.error());
  if (!*parent) return false;
  line_.push_back(std::move(**parent));
  return true;
}

base::Result<std::vector<LastGood::Search*>> LastGood::touched(const git::Repository& repository, std::size_t at) {
  const auto changes = repository.changes(line_[at + 1], line_[at]);
  if (!changes) return std::unexpected(changes.error());
  changes_ += changes->size();
  std::set<Search*> concerned;
  for (const auto& change : *changes) {
    if (const auto found = watchers_.find(change.path); found != watchers_.end()) {
      concerned.insert(found->second.begin(), found->second.end());
    }
  }
  return std::vector<Search*>(concerned.begin(), concerned.end());
}

base::Status LastGood::go_back(const git::Repository& repository, const std::vector<Search*>& searches,
                               std::size_t at) {
  const std::string& commit = line_[at + 1];
  std::vector<WantedFile> wanted;
  std::vector<Search*> reading;
  for (Search* search : searches) {
    unwatch(*search);
    search->at = at;
    const FileRecord& now = *search->versions.front();
    auto file = repository.find(commit, now.file.path);
    if (!file) return std::unexpected(file.error());
    if (!*file) {
      search->open = false;  // it began here
    } else if ((*file)->mode == git::Mode::regular && !repository.has((*file)->blob)) {
      search->missing = (*file)->blob;
    } else {
      wanted.push_back({std::move(**file), now.origin, now.place, now.orphan});
      reading.push_back(search);
    }
  }
  return wanted.empty() ? base::Status() : read(commit, wanted, reading);
}

base::Status LastGood::read(const std::string& commit, const std::vector<WantedFile>& wanted,
                            const std::vector<Search*>& searches) {
  reads_ += wanted.size();
  bring_failure_.clear();
  const auto records = read_(commit, [this](const auto& blobs) { return bring(blobs); }, wanted);
  if (!records) {
    if (bring_failure_.empty() || stop_.stop_requested()) return std::unexpected(records.error());
    for (Search* search : searches) give_up(*search, bring_failure_);
    return {};
  }
  for (std::size_t i = 0; i < searches.size(); ++i) {
    Search& search = *searches[i];
    search.versions.push_back((*records)[i]);
    search.open = wants_earlier(*search.versions.back()) && search.versions.size() <= options_.limits.versions;
    if (search.open) watch(search);
  }
  return {};
}

base::Result<bool> LastGood::bring_missing() {
  std::set<std::string> blobs;
  for (const Search& search : searches_) {
    if (search.open) blobs.insert(search.missing);
  }
  if (blobs.empty()) return false;
  const auto brought = bring({blobs.begin(), blobs.end()});
  if (!brought && stop_.stop_requested()) return std::unexpected(brought.error());
  for (Search& search : searches_) {
    if (search.open && !brought) give_up(search, brought.error().message);
    search.missing.clear();
  }
  return brought.has_value();
}

base::Status LastGood::bring(const std::vector<std::string>& blobs) {
  auto brought = fetches_ == options_.limits.fetches
                     ? base::Status(base::fail(base::Code::unavailable, "{} fetches didn't bring them all", fetches_))
                     : bring_(blobs);
  ++fetches_;
  if (!brought) bring_failure_ = brought.error().message;
  return brought;
}

void LastGood::watch(Search& search) {
  for (const auto& path : watched(*search.versions.back())) watchers_[path].insert(&search);
}

void LastGood::unwatch(Search& search) {
  for (const auto& path : watched(*search.versions.back())) {
    const auto found = watchers_.find(path);
    found->second.erase(&search);
    if (found->second.empty()) watchers_.erase(found);
  }
}

void LastGood::give_up(Search& search, const std::string& why) {
  search.open = false;
  search.failure = why;
  gave_up_ = true;
}

FileRecordPtr LastGood::fold(const Search& search, const FileRecordPtr& known) {
  const FileRecord& now = *search.versions.front();
  FileRecordPtr earlier;
  for (std::size_t i = search.versions.size(); i-- > 1;) {
    const auto& version = search.versions[i];
    earlier = earlier ? with_earlier(*version, *earlier) : version;
  }
  if (!search.failure.empty() && known) earlier = known;
  auto whole = std::make_shared<FileRecord>(earlier ? *with_earlier(now, *earlier) : now);
  if (!search.failure.empty()) {
    whole->diagnostics.push_back(
        {.severity = entity::Severity::warning,
         .rule = "history",
         .message = fmt::format("expected the mirror to have this file's earlier versions, or to "
                                "get them, found: {}; entities that only they define may be "
                                "missing until the file is mended",
                                search.failure),
         .path = now.file.path,
         .mark = {},
         .entity = {}});
  }
  return whole;
}

}  // namespace aureacore::sync
