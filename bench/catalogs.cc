#include "bench/catalogs.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "bench/descriptor_edit.h"
#include "bench/failure.h"
#include "bench/process.h"
#include "bench/rounds.h"

namespace aureacore::bench {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t entities_per_file = 100;
constexpr std::size_t files_touched = 16;
constexpr std::string_view names_file = "names.txt";
constexpr std::string_view repository_folder = "catalog";

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

void generate(const Settings& settings, std::size_t entities, std::size_t files, const fs::path& folder) {
  progress(fmt::format("generating {} entities in {} files", entities, files));
  fs::path fresh = folder;
  fresh += fmt::format(".{}", ::getpid());
  fs::remove_all(fresh);
  fs::create_directories(fresh);
  run_program({settings.binaries / "generate", "--entities", std::to_string(entities), "--files", std::to_string(files),
               "--seed", std::to_string(settings.seed), "--out", fresh / repository_folder, "--git", "--names",
               fresh / names_file});
  fs::remove_all(folder);
  fs::rename(fresh, folder);
}

// Whether the folder was made after the generator was built.
bool current(const fs::path& folder, const fs::path& generator) {
  const fs::path names = folder / names_file;
  return fs::exists(names) && fs::last_write_time(names) >= fs::last_write_time(generator);
}

// The commits of `changes`, one on the other, for git fast-import.
std::string import_stream(const std::string& branch, const std::vector<std::pair<std::string, std::string>>& files) {
  std::string stream;
  for (std::size_t i = 0; i < files.size(); ++i) {
    stream += fmt::format("commit refs/bench/commits\nmark :{}\ncommitter Bench <bench@example.com> {} +0000\n", i + 1,
                          1'800'000'000 + i);
    stream += fmt::format("data 6\ntouch\n\n");
    if (i == 0) stream += fmt::format("from refs/heads/{}^0\n", branch);
    const auto& [path, content] = files[i];
    stream += fmt::format("M 100644 inline {}\ndata {}\n{}\n", path, content.size(), content);
  }
  return stream + "done\n";
}

}  // namespace

Catalog make_catalog(const Settings& settings, std::size_t entities) {
  const std::size_t files = std::max<std::size_t>(1, entities / entities_per_file);
  const fs::path folder = settings.data / fmt::format("catalog-{}-{}-{}", entities, files, settings.seed);
  if (!current(folder, settings.binaries / "generate")) generate(settings, entities, files, folder);
  Catalog catalog{.entities = entities,
                  .repository = folder / repository_folder,
                  .references = lines_of(read_file(folder / names_file))};
  if (catalog.references.size() < entities) {
    give_up("{}: expected {} names, found {}", (folder / names_file).string(), entities, catalog.references.size());
  }
  return catalog;
}

std::string by_name_path(std::string_view reference) {
  const std::size_t colon = reference.find(':');
  const std::size_t slash = reference.find('/');
  if (colon == std::string_view::npos || slash == std::string_view::npos || slash < colon) {
    give_up("expected kind:namespace/name, found '{}'", reference);
  }
  return fmt::format("/api/catalog/entities/by-name/{}/{}/{}", reference.substr(0, colon),
                     reference.substr(colon + 1, slash - colon - 1), reference.substr(slash + 1));
}

Remote::Remote(const Catalog& catalog, fs::path path, std::size_t commits) : path_(std::move(path)) {
  run_program({"git", "clone", "--quiet", "--bare", "--local", catalog.repository, path_});
  branch_ = base::trim(git({"symbolic-ref", "--short", "HEAD"}));
  while (!branch_.empty() && branch_.back() == '\n') branch_.pop_back();
  if (commits > 0) prepare(commits);
}

void Remote::prepare(std::size_t commits) {
  std::vector<std::string> paths = lines_of(git({"ls-tree", "-r", "--name-only", "HEAD"}));
  std::erase_if(paths, [](const std::string& path) { return !path.ends_with("catalog-info.yaml"); });
  if (paths.empty()) give_up("{}: expected files named catalog-info.yaml", path_.string());
  const std::size_t touched = std::min(files_touched, paths.size());
  std::vector<std::string> contents(touched);
  std::vector<std::pair<std::string, std::string>> files;
  for (std::size_t i = 0; i < commits; ++i) {
    const std::string& path = paths[(i % touched) * paths.size() / touched];
    std::string& content = contents[i % touched];
    if (content.empty()) content = git({"show", "HEAD:" + path});
    std::string marker = fmt::format("Changed by commit {:06} of the benchmark", i);
    Edited edited = with_description(content, marker);
    changes_.push_back({.commit = {}, .reference = std::move(edited.reference), .marker = std::move(marker)});
    files.emplace_back(path, std::move(edited.content));
  }
  const fs::path stream = path_ / "bench-stream";
  const fs::path marks = path_ / "bench-marks";
  write_file(stream, import_stream(branch_, files));
  static_cast<void>(git({"fast-import", "--quiet", "--done", "--export-marks=" + marks.string()}, stream));
  for (const std::string& line : lines_of(read_file(marks))) {
    const std::size_t blank = line.find(' ');
    changes_.at(std::stoul(line.substr(1, blank - 1)) - 1).commit = line.substr(blank + 1);
  }
}

const Remote::Change& Remote::advance() {
  if (next_ == changes_.size()) give_up("all {} prepared commits are used up", changes_.size());
  const Change& change = changes_[next_++];
  const fs::path ref = path_ / "refs" / "heads" / branch_;
  fs::path lock = ref;
  lock += ".lock";
  write_file(lock, change.commit + "\n");
  fs::rename(lock, ref);
  return change;
}

void Remote::hide() const {
  fs::path hidden = path_;
  fs::rename(path_, hidden += ".hidden");
}

void Remote::show() const {
  fs::path hidden = path_;
  fs::rename(hidden += ".hidden", path_);
}

std::string Remote::git(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.begin(), {"git", "-C", path_.string()});
  return run_program(arguments, input);
}

}  // namespace aureacore::bench
