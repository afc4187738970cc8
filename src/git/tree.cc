#include "git/tree.h"

#include <algorithm>

#include "base/text.h"

namespace aureacore::git {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::uint32_t plain_mode = 0100644;
constexpr std::uint32_t executable_mode = 0100755;
constexpr std::uint32_t symlink_mode = 0120000;
constexpr std::uint32_t submodule_mode = 0160000;

bool is_usable(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  const bool plain =
      std::ranges::none_of(name, [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return plain && base::is_utf8(name);
}

struct Entry {
  std::string_view name;
  const git_oid* id = nullptr;
  bool folder = false;
  std::optional<Mode> mode;
};

// git's order, which is that of the full paths: a folder's name counts as if '/' followed.
bool before(const Entry& a, const Entry& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  if (const int order = a.name.substr(0, common).compare(b.name.substr(0, common)); order != 0) return order < 0;
  const auto next = [&](const Entry& entry) -> int {
    if (entry.name.size() > common) return static_cast<unsigned char>(entry.name[common]);
    return entry.folder ? '/' : -1;
  };
  return next(a) < next(b);
}

// A tree and its usable entries, in order. An empty one has none.
struct Folder {
  TreePointer tree;
  std::vector<Entry> entries;
};

std::vector<Entry> usable_entries(const git_tree* tree) {
  std::vector<Entry> entries;
  const std::size_t count = git_tree_entrycount(tree);
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const git_tree_entry* raw = git_tree_entry_byindex(tree, i);
    const Entry entry{.name = git_tree_entry_name(raw),
                      .id = git_tree_entry_id(raw),
                      .folder = git_tree_entry_type(raw) == GIT_OBJECT_TREE,
                      .mode = entry_mode(raw)};
    if ((entry.folder || entry.mode) && is_usable(entry.name)) entries.push_back(entry);
  }
  if (!std::ranges::is_sorted(entries, before)) std::ranges::sort(entries, before);
  const auto same = [](const Entry& a, const Entry& b) { return !before(a, b) && !before(b, a); };
  entries.erase(std::ranges::unique(entries, same).begin(), entries.end());
  return entries;
}

class Walk {
 public:
  explicit Walk(git_repository* repository) : repository_(repository) {}

  Status all(const git_oid& id, const Visit& visit) {
    auto folder = enter(id);
    if (!folder) return std::unexpected(folder.error());
    for (const Entry& entry : folder->entries) {
      if (auto status = one(entry, visit); !status) return status;
    }
    return {};
  }

  // Either side may be nothing: the other was added or removed whole.
  Status difference(const git_oid* from, const git_oid* to, const VisitChange& visit) {
    auto old = from == nullptr ? Folder{} : enter(*from);
    if (!old) return std::unexpected(old.error());
    auto now = to == nullptr ? Folder{} : enter(*to);
    if (!now) return std::unexpected(now.error());
    auto left = old->entries.begin();
    auto right = now->entries.begin();
    while (left != old->entries.end() || right != now->entries.end()) {
      const bool take_left = right == now->entries.end() || (left != old->entries.end() && !before(*right, *left));
      const bool take_right = left == old->entries.end() || (right != now->entries.end() && !before(*left, *right));
      if (auto status = pair(take_left ? &*left : nullptr, take_right ? &*right : nullptr, visit); !status)
        return status;
      left += take_left ? 1 : 0;
      right += take_right ? 1 : 0;
    }
    return {};
  }

 private:
  Status one(const Entry& entry, const Visit& visit) {
    const Step step(*this, entry.name);
    if (auto status = check_place(); !status) return status;
    return entry.folder ? all(*entry.id, visit) : visit(file(entry));
  }

  // The same name on both sides, or on one alone. File and folder never meet here: their places in the order differ.
  Status pair(const Entry* old, const Entry* now, const VisitChange& visit) {
    if (old != nullptr && now != nullptr && git_oid_equal(old->id, now->id) != 0 && old->mode == now->mode) return {};
    const Entry& either = now != nullptr ? *now : *old;
    const Step step(*this, either.name);
    if (auto status = check_place(); !status) return status;
    if (either.folder) {
      return difference(old == nullptr ? nullptr : old->id, now == nullptr ? nullptr : now->id, visit);
    }
    visit(Change{.path = path_, .now = now == nullptr ? std::nullopt : std::optional(file(*now))});
    return {};
  }

  Result<Folder> enter(const git_oid& id) {
    git_tree* raw = nullptr;
    if (git_tree_lookup(&raw, repository_, &id) != 0) {
      return fail(Code::corrupt, "can't read the tree {} of folder '{}': {}", format_id(id), shown_path(),
                  last_complaint());
    }
    Folder folder{.tree = TreePointer(raw), .entries = usable_entries(raw)};
    entries_ += git_tree_entrycount(raw);
    if (++folders_ > max_tree_folders || entries_ > max_tree_entries) {
      return fail(Code::too_large, "expected a tree of at most {} folders and {} entries, found more", max_tree_folders,
                  max_tree_entries);
    }
    return folder;
  }

  [[nodiscard]] File file(const Entry& entry) const {
    return {.path = path_, .blob = format_id(*entry.id), .mode = *entry.mode};
  }
  [[nodiscard]] std::string shown_path() const { return base::printable(path_); }
  [[nodiscard]] Status check_place() const {
    if (depth_ > max_tree_depth) {
      return fail(Code::too_large, "expected folders at most {} deep, found more: '{}'", max_tree_depth, shown_path());
    }
    if (path_.size() <= max_path_bytes) return {};
    return fail(Code::too_large, "expected paths of at most {} bytes, found more: '{}'", max_path_bytes, shown_path());
  }

  // One name further down, until the end of the scope.
  class Step {
   public:
    Step(Walk& walk, std::string_view name) : walk_(walk), length_(walk.path_.size()) {
      if (length_ != 0) walk_.path_ += '/';
      walk_.path_ += name;
      ++walk_.depth_;
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() {
      walk_.path_.resize(length_);
      --walk_.depth_;
    }

   private:
    Walk& walk_;
    std::size_t length_;
  };

  git_repository* repository_;
  std::string path_;
  std::size_t depth_ = 0;
  std::size_t entries_ = 0;
  std::size_t folders_ = 0;
};

}  // namespace

bool is_usable_path(std::string_view path) { return std::ranges::all_of(base::split(path, '/'), is_usable); }

std::optional<Mode> entry_mode(const git_tree_entry* entry) {
  switch (static_cast<std::uint32_t>(git_tree_entry_filemode_raw(entry))) {
    case plain_mode:
    case executable_mode:
      return Mode::regular;
    case symlink_mode:
      return Mode::symlink;
    case submodule_mode:
      return Mode::submodule;
    default:
      return std::nullopt;
  }
}

Status walk_tree(git_repository* repository, const git_oid& tree, const Visit& visit) {
  return Walk(repository).all(tree, visit);
}

Status walk_difference(git_repository* repository, const git_oid& from, const git_oid& to, const VisitChange& visit) {
  if (git_oid_equal(&from, &to) != 0) return {};
  return Walk(repository).difference(&from, &to, visit);
}

}  // namespace aureacore::git
