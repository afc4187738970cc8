#include "git/mirror.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "base/descriptor.h"
#include "base/text.h"
#include "git/object_id.h"
#include "git/repository.h"

namespace aureacore::git {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::fail;
using base::Result;
using base::Status;

// More than are open at once while a mirror is judged.
constexpr std::size_t descriptors_to_look = 16;
constexpr std::size_t small_file_bytes = 16 << 10;
constexpr std::string_view head_text = "ref: refs/heads/none\n";
// A promisor remote: blobs may be missing, and fetch asks for the filter by itself. No URL: that comes with each call.
constexpr std::string_view configuration_text =
    "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n"
    "[remote \"origin\"]\n\tpromisor = true\n\tpartialCloneFilter = blob:none\n";

std::unexpected<base::Error> file_failed(std::string_view what, const fs::path& path, const std::error_code& error) {
  return fail(base::code_of(error), "can't {} {}: {}", what, path.string(), error.message());
}

Status ensure_text(const fs::path& path, std::string_view text) {
  if (read_small_file(path, small_file_bytes) == text) return {};
  return write_file(path, text);
}

bool is_leftover(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with("tmp_") || name.starts_with(".tmp-") || name.ends_with(".lock") || name.ends_with(".keep");
}

// A pack counts from the moment its index is there; a fetch killed before leaves parts that nothing else removes.
bool is_orphan(const fs::path& path) {
  const fs::path extension = path.extension();
  if (!path.filename().string().starts_with("pack-")) return false;
  std::error_code error;
  return !fs::exists(fs::path(path).replace_extension(extension == ".idx" ? ".pack" : ".idx"), error);
}

fs::path beside(const fs::path& directory, std::string_view suffix) {
  return directory.parent_path() / (directory.filename().string() + std::string(suffix));
}

std::string field(std::string_view text, std::string_view name) {
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with(' '))
      return std::string(line.substr(name.size() + 1));
  }
  return {};
}

}  // namespace

std::string read_small_file(const fs::path& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  std::string text(limit + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto count = static_cast<std::size_t>(file.gcount());
  text.resize(count > limit ? 0 : count);
  return text;
}

Status write_file(const fs::path& path, std::string_view text) {
  fs::path temporary = path;
  temporary += ".lock";
  {
    errno = 0;
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    if (!file) return file_failed("write", temporary, std::error_code(errno, std::generic_category()));
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) return file_failed("replace", path, error);
  return {};
}

Status Mirror::prepare() const {
  std::error_code error;
  for (const char* folder : {"objects/pack", "refs/aureacore"}) {
    fs::create_directories(directory_ / folder, error);
    if (error) return file_failed("make", directory_ / folder, error);
  }
  // Names outside our use of the mirror that git would act on.
  for (const char* name : {"objects/info", "packed-refs", "commondir", "hooks", "shallow"}) {
    fs::remove_all(directory_ / name, error);
  }
  // The ref follows the record: a fetch that was killed between the two, or a torn file, is as if it had not been.
  if (const auto fetched = record()) {
    if (auto status = ensure_text(directory_ / tip_ref, fetched->commit + "\n"); !status) return status;
  } else {
    fs::remove_all(directory_ / tip_ref, error);
  }
  if (auto status = ensure_text(directory_ / "config", configuration_text); !status) return status;
  return ensure_text(directory_ / "HEAD", head_text);
}

bool Mirror::sound(bool whole_tree) const {
  const auto record = this->record();
  if (!record) return true;
  const auto repository = Repository::open(directory_);
  if (!repository) return false;
  if (!whole_tree) return repository->commit(record->commit).has_value();
  const auto nothing_wanted = [](std::string_view) { return false; };
  return repository->files(record->commit, nothing_wanted, 0).has_value();
}

Status Mirror::can_look() const {
  std::vector<base::Descriptor> opened;
  while (opened.size() < descriptors_to_look) {
    opened.emplace_back(::open(directory_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.back().is_open()) {
      return file_failed("look at the mirror in", directory_.parent_path(), {errno, std::generic_category()});
    }
  }
  return {};
}

Status Mirror::set_aside() const {
  const fs::path aside = beside(directory_, ".set-aside");
  std::error_code error;
  fs::remove_all(aside, error);
  fs::rename(directory_, aside, error);
  if (error && error != std::errc::no_such_file_or_directory) return file_failed("set aside", directory_, error);
  return {};
}

void Mirror::forget_set_aside() const {
  std::error_code error;
  fs::remove_all(beside(directory_, ".set-aside"), error);
}

void Mirror::remove_leftovers() const {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (auto at = fs::recursive_directory_iterator(directory_, error); at != fs::end(at); at.increment(error)) {
    if (is_leftover(at->path()) || is_orphan(at->path())) leftovers.push_back(at->path());
  }
  for (const fs::path& path : leftovers) fs::remove_all(path, error);
}

Result<Record> Mirror::record() const {
  const std::string text = read_small_file(directory_ / "record", small_file_bytes);
  Record record{.url = field(text, "url"),
                .branch = field(text, "branch"),
                .commit = field(text, "commit"),
                .partial = field(text, "partial") == "yes"};
  if (!is_object_id(record.commit) || record.url.empty() || record.branch.empty()) {
    return fail(Code::not_found, "the mirror {} holds no fetched commit", directory_.string());
  }
  return record;
}

Status Mirror::write_record(const Record& record) const {
  return write_file(directory_ / "record", fmt::format("url {}\nbranch {}\ncommit {}\npartial {}\n", record.url,
                                                       record.branch, record.commit, record.partial ? "yes" : "no"));
}

std::uint64_t Mirror::bytes() const {
  std::error_code error;
  std::uint64_t sum = 0;
  for (auto at = fs::recursive_directory_iterator(directory_, error); at != fs::end(at); at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    const std::uintmax_t size = at->file_size(error);
    if (!error) sum += size;
  }
  return sum;
}

std::vector<Pack> Mirror::packs() const {
  std::error_code error;
  std::vector<Pack> packs;
  for (auto at = fs::directory_iterator(pack_folder(), error); at != fs::end(at); at.increment(error)) {
    if (at->path().extension() != ".pack" || is_orphan(at->path())) continue;
    const std::uintmax_t size = at->file_size(error);
    if (!error) packs.push_back({.stem = fs::path(at->path()).replace_extension(), .bytes = size});
  }
  std::ranges::sort(packs, std::ranges::greater{}, &Pack::bytes);
  return packs;
}

void Mirror::remove_pack(const Pack& pack) {
  std::error_code error;
  for (const char* extension : {".idx", ".rev", ".promisor", ".pack"})
    fs::remove(pack.stem.string() + extension, error);
}

std::vector<fs::path> Mirror::loose_folders() const {
  std::error_code error;
  std::vector<fs::path> folders;
  for (auto at = fs::directory_iterator(directory_ / "objects", error); at != fs::end(at); at.increment(error)) {
    if (at->path().filename().string().size() == 2) folders.push_back(at->path());
  }
  return folders;
}

}  // namespace aureacore::git
