#include "git/repository.h"

#include "base/text.h"
#include "git/library.h"
#include "git/tree.h"

namespace aureacore::git {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

struct Repository::Handle {
  RepositoryPointer repository;
  DatabasePointer database;

  [[nodiscard]] Result<CommitPointer> commit(const git_oid& id) const {
    git_commit* raw = nullptr;
    const int error = git_commit_lookup(&raw, repository.get(), &id);
    if (error == 0) return CommitPointer(raw);
    return fail(error == GIT_ENOTFOUND ? Code::not_found : Code::corrupt, "can't read the commit {}: {}", format_id(id),
                last_complaint());
  }

  [[nodiscard]] Result<CommitPointer> commit(const std::string& id) const {
    const auto parsed = parse_id(id);
    if (!parsed) return std::unexpected(parsed.error());
    return commit(*parsed);
  }

  [[nodiscard]] Result<git_oid> tree_of(const std::string& id) const {
    const auto found = commit(id);
    if (!found) return std::unexpected(found.error());
    return *git_commit_tree_id(found->get());
  }
};

Repository::Repository(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Result<Repository> Repository::open(const std::filesystem::path& directory) {
  if (auto status = ready_library(); !status) return std::unexpected(status.error());
  auto handle = std::make_unique<Handle>();
  git_repository* repository = nullptr;
  if (const int error = git_repository_open_bare(&repository, directory.c_str()); error != 0) {
    return fail(error == GIT_ENOTFOUND ? Code::not_found : Code::corrupt, "can't open the mirror {}: {}",
                directory.string(), last_complaint());
  }
  handle->repository.reset(repository);
  git_odb* database = nullptr;
  if (git_repository_odb(&database, repository) != 0) {
    return fail(Code::corrupt, "can't open the objects of the mirror {}: {}", directory.string(), last_complaint());
  }
  handle->database.reset(database);
  return Repository(std::move(handle));
}

Result<std::uint64_t> Repository::position(const std::string& commit,
                                           std::optional<std::pair<std::string, std::uint64_t>> known) const {
  auto id = parse_id(commit);
  if (!id) return std::unexpected(id.error());
  const auto end = known ? parse_id(known->first) : Result<git_oid>(git_oid{});
  if (!end) return std::unexpected(end.error());
  for (std::uint64_t steps = 0;; ++steps) {
    if (known && git_oid_equal(&*id, &*end) != 0) return known->second + steps;
    const auto current = handle_->commit(*id);
    if (!current) return std::unexpected(current.error());
    if (git_commit_parentcount(current->get()) == 0) return steps + 1;
    *id = *git_commit_parent_id(current->get(), 0);
  }
}

Result<bool> Repository::descends(const std::string& commit, const std::string& ancestor) const {
  auto id = parse_id(commit);
  const auto wanted = parse_id(ancestor);
  if (!id) return std::unexpected(id.error());
  if (!wanted) return std::unexpected(wanted.error());
  while (git_oid_equal(&*id, &*wanted) == 0) {
    const auto current = handle_->commit(*id);
    if (!current) return std::unexpected(current.error());
    if (git_commit_parentcount(current->get()) == 0) return false;
    *id = *git_commit_parent_id(current->get(), 0);
  }
  return true;
}

Result<Commit> Repository::commit(const std::string& id) const {
  const auto found = handle_->commit(id);
  if (!found) return std::unexpected(found.error());
  const git_signature* author = git_commit_author(found->get());
  const char* subject = git_commit_summary(found->get());
  const std::string name = author == nullptr ? "" : author->name;
  return Commit{.id = id,
                .author = base::printable(name),
                .subject = base::printable(subject == nullptr ? "" : subject),
                .time = git_commit_time(found->get())};
}

Result<std::optional<std::string>> Repository::parent(const std::string& commit) const {
  const auto id = parse_id(commit);
  if (!id) return std::unexpected(id.error());
  const auto found = handle_->commit(*id);
  if (!found) return std::unexpected(found.error());
  if (git_commit_parentcount(found->get()) == 0) return std::nullopt;
  return format_id(*git_commit_parent_id(found->get(), 0));
}

Result<std::vector<File>> Repository::files(const std::string& commit, const Wanted& wanted, std::size_t limit) const {
  const auto tree = handle_->tree_of(commit);
  if (!tree) return std::unexpected(tree.error());
  std::vector<File> files;
  const Status status = walk_tree(handle_->repository.get(), *tree, [&](File&& file) -> Status {
    if (!wanted(file.path)) return {};
    if (files.size() == limit) return fail(Code::too_large, "expected at most {} wanted files, found more", limit);
    files.push_back(std::move(file));
    return {};
  });
  if (!status) return std::unexpected(status.error().in("commit " + commit));
  return files;
}

Result<std::vector<Change>> Repository::changes(const std::string& from, const std::string& to) const {
  const auto old = handle_->tree_of(from);
  if (!old) return std::unexpected(old.error());
  const auto now = handle_->tree_of(to);
  if (!now) return std::unexpected(now.error());
  std::vector<Change> changes;
  const Status status = walk_difference(handle_->repository.get(), *old, *now,
                                        [&](Change&& change) { changes.push_back(std::move(change)); });
  if (!status) return std::unexpected(status.error().in(fmt::format("commits {} to {}", from, to)));
  return changes;
}

Result<std::optional<File>> Repository::find(const std::string& commit, std::string_view path) const {
  if (path.size() > max_path_bytes || !is_usable_path(path)) return std::nullopt;
  const auto id = handle_->tree_of(commit);
  if (!id) return std::unexpected(id.error());
  git_tree* raw_tree = nullptr;
  if (git_tree_lookup(&raw_tree, handle_->repository.get(), &*id) != 0) {
    return fail(Code::corrupt, "can't read the tree of commit {}: {}", commit, last_complaint());
  }
  const TreePointer tree(raw_tree);
  git_tree_entry* raw_entry = nullptr;
  const std::string name(path);
  const int error = git_tree_entry_bypath(&raw_entry, raw_tree, name.c_str());
  if (error == GIT_ENOTFOUND) return std::nullopt;
  if (error != 0) return fail(Code::corrupt, "can't look up '{}' in commit {}: {}", name, commit, last_complaint());
  const TreeEntryPointer entry(raw_entry);
  const auto mode = entry_mode(raw_entry);
  if (!mode) return std::nullopt;
  return File{.path = name, .blob = format_id(*git_tree_entry_id(raw_entry)), .mode = *mode};
}

Result<std::string> Repository::read(const std::string& blob, std::size_t limit) const {
  const auto id = parse_id(blob);
  if (!id) return std::unexpected(id.error());
  const auto failed = [&](int error) {
    return fail(error == GIT_ENOTFOUND ? Code::not_found : Code::corrupt, "can't read the blob {}: {}", blob,
                last_complaint());
  };
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  if (const int error = git_odb_read_header(&size, &type, handle_->database.get(), &*id); error != 0)
    return failed(error);
  if (type != GIT_OBJECT_BLOB) return fail(Code::corrupt, "expected a blob at {}, found another kind of object", blob);
  if (size > limit) return fail(Code::too_large, "expected a file of at most {} bytes, found {}", limit, size);
  git_odb_object* raw = nullptr;
  if (const int error = git_odb_read(&raw, handle_->database.get(), &*id); error != 0) return failed(error);
  const ObjectPointer object(raw);
  return std::string(static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw));
}

bool Repository::has(const std::string& blob) const {
  const auto id = parse_id(blob);
  // Without a look for new packs on every miss: a first fetch asks for every blob of a catalog.
  return id && git_odb_exists_ext(handle_->database.get(), &*id, GIT_ODB_LOOKUP_NO_REFRESH) != 0;
}

}  // namespace aureacore::git
