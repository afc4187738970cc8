// Planner: works out one Update. Steps: what changed, read it, follow the Locations where they are concerned, describe.
//
// Lives for one plan on one thread. Reads the table, never writes to it: what it learns is laid over it.
#pragma once

#include "sync/last_good.h"
#include "sync/source_tree.h"

namespace aureacore::sync {

class Planner {
 public:
  Planner(const TreeOptions& options, const SourceTree::Table& table, const git::Repository& repository,
          FileReader& reader, LastGood& last_good, std::string commit);

  base::Result<Update> run();

 private:
  // A file that the walk along the Locations has come to.
  struct Reached {
    std::string origin;
    std::string path;
    friend auto operator<=>(const Reached&, const Reached&) = default;
  };
  using Layer = std::vector<Reached>;

  [[nodiscard]] bool included(std::string_view path) const;
  [[nodiscard]] FileRecordPtr current(std::string_view path) const;

  base::Status collect_all();
  base::Status collect_changes();
  void collect_change(const git::Change& change);
  void queue_readers(const std::string& path);
  base::Status queue_mended();
  void queue(const git::File& file, const std::string& origin, bool orphan = false);
  void set_gone(const std::string& path);
  base::Status read_queued();
  // Puts what was good earlier, and the definitions that are as they were, into records that were just read.
  base::Status complete(std::vector<FileRecordPtr>& records, const std::vector<FileRecordPtr>& before);

  void note_existence(const git::Change& change);
  void change_globs();
  base::Status follow_locations();
  [[nodiscard]] Layer first_layer() const;
  base::Status learn_patterns(const Layer& layer);
  base::Status learn_matches(const std::vector<std::string>& patterns);
  base::Status reach_targets(const Reached& from, Layer& next);
  base::Status reach(const std::string& path, const std::string& origin, Layer& next, bool& exists);
  base::Result<std::optional<git::File>> look_up(const std::string& path);
  void report(const Reached& at, const Target& target, std::string rule, std::string message);
  void set_location_diagnostics(const Layer& layer);
  base::Status keep_orphans();
  base::Status learn_orphans();
  base::Status keep_orphan(const std::string& path);
  void drop_unreached();
  base::Status check_limit() const;

  const TreeOptions& options_;
  const SourceTree::Table& table_;
  const git::Repository& repository_;
  FileReader& reader_;
  LastGood& last_good_;
  Update update_;
  ByPath<WantedFile> queued_;
  ByPath<std::optional<git::File>> seen_;  // what stands at a path in the new commit, as far as it was met
  ByPath<std::vector<std::pair<std::string, bool>>> glob_changes_;  // by pattern: paths that came (true) or went
  bool follow_ = false;                                             // whether Locations may lead elsewhere than before
  PathSet reached_;
  ByPath<std::vector<entity::Diagnostic>> reports_;
};

}  // namespace aureacore::sync
