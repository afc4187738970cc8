#include "validation/folder.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/text.h"

namespace aureacore::validation {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view git_folder = ".git";

FileType file_type(fs::file_type type) {
  if (type == fs::file_type::regular) return FileType::regular;
  return type == fs::file_type::symlink ? FileType::symlink : FileType::other;
}

bool is_usable_name(std::string_view name) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return std::ranges::none_of(name, control) && base::is_utf8(name);
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() > fs::file_type::not_found;
}

// One listing of a tree.
class Walk {
 public:
  Walk(const fs::path& root, bool repository, const FolderLimits& limits, const Tree::Wanted& wanted, std::size_t most)
      : root_(root), repository_(repository), limits_(limits), wanted_(wanted), most_(most) {}

  base::Result<Listing> run() {
    enter({}, 0);
    if (error_) return std::unexpected(*error_);
    std::ranges::sort(listing_.files, {}, &File::path);
    return std::move(listing_);
  }

 private:
  struct Entry {
    std::string name;
    fs::file_type type;
  };

  void skip(const std::string& path, std::string why, entity::Severity severity = entity::Severity::error) {
    if (listing_.skipped.size() == limits_.skipped) return;
    listing_.skipped.push_back({base::printable(path, limits_.path_bytes), std::move(why), severity});
  }

  // Nothing: the folder is passed over, or can't be read, which was told.
  std::optional<std::vector<Entry>> entries(const std::string& path) {
    std::error_code error;
    fs::directory_iterator at(root_ / path, error);
    std::vector<Entry> all;
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
      if (++entries_ > limits_.entries) {
        error_ = base::Error{base::Code::too_large,
                             fmt::format("expected at most {} files and folders, found more", limits_.entries)};
        return std::nullopt;
      }
      std::string name = at->path().filename().string();
      if (name == git_folder && repository_ && !path.empty()) return std::nullopt;
      std::error_code unknown;
      const auto type = at->symlink_status(unknown).type();
      if (name != git_folder) all.push_back({std::move(name), type});
    }
    if (error) {
      skip(path.empty() ? "." : path, fmt::format("expected a folder that can be read, found: {}", error.message()));
      return std::nullopt;
    }
    return all;
  }

  void enter(const std::string& path, std::size_t depth) {
    const auto found = entries(path);
    if (!found) return;
    for (const Entry& entry : *found) {
      if (error_) return;
      const std::string inner = path.empty() ? entry.name : path + "/" + entry.name;
      if (!is_usable_name(entry.name)) {
        skip(inner, "expected a name in UTF-8 without control characters, found another: it is passed over",
             entity::Severity::warning);
      } else if (inner.size() > limits_.path_bytes) {
        skip(inner, fmt::format("expected a path of at most {} bytes, found a longer one: it is passed over",
                                limits_.path_bytes));
      } else if (entry.type != fs::file_type::directory) {
        add(inner, file_type(entry.type));
      } else if (depth < limits_.depth) {
        enter(inner, depth + 1);
      } else {
        skip(inner,
             fmt::format("expected at most {} folders in each other, found more: it is passed over", limits_.depth));
      }
    }
  }

  void add(const std::string& path, FileType type) {
    if (!wanted_(path)) return;
    if (listing_.files.size() == most_) {
      error_ =
          base::Error{base::Code::too_large, fmt::format("expected at most {} descriptor files, found more", most_)};
      return;
    }
    listing_.files.push_back({path, type});
  }

  const fs::path& root_;
  const bool repository_;
  const FolderLimits& limits_;
  const Tree::Wanted& wanted_;
  const std::size_t most_;
  std::size_t entries_ = 0;
  Listing listing_;
  std::optional<base::Error> error_;
};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

base::Result<std::string> read_to_end(int descriptor, std::size_t limit) {
  std::string bytes;
  std::array<char, 64 << 10> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  while (true) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return base::fail(base::Code::unavailable, "expected a file that can be read, found: {}",
                        std::generic_category().message(errno));
    }
    if (got == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (bytes.size() > limit) {
      return base::fail(base::Code::too_large, "expected a file of at most {} bytes, found a larger one", limit);
    }
  }
}

}  // namespace

Folder::Folder(std::filesystem::path root, FolderLimits limits)
    : root_(std::move(root)), limits_(limits), repository_(is_there(root_ / git_folder)) {}

base::Result<Listing> Folder::files(const Wanted& wanted, std::size_t limit) {
  return Walk(root_, repository_, limits_, wanted, limit).run();
}

std::optional<File> Folder::find(std::string_view path) {
  fs::path at = root_;
  const auto segments = base::split(path, '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i] == git_folder || !is_usable_name(segments[i])) return std::nullopt;
    if (repository_ && i > 0 && is_there(at / git_folder)) return std::nullopt;
    at /= segments[i];
    std::error_code error;
    const auto type = fs::symlink_status(at, error).type();
    const bool last = i + 1 == segments.size();
    if (error || type == fs::file_type::not_found) return std::nullopt;
    if (last != (type != fs::file_type::directory)) return std::nullopt;
    if (last) return File{std::string(path), file_type(type)};
  }
  return std::nullopt;
}

base::Result<std::string> Folder::read(std::string_view path, std::size_t limit) {
  const auto file = find(path);
  if (!file) return base::fail(base::Code::not_found, "expected a file at \"{}\", found none", path);
  if (file->type != FileType::regular) {
    return base::fail(base::Code::denied, "expected a regular file at \"{}\", found another", path);
  }
  // What was a regular file a moment ago may be a FIFO now: nothing here waits.
  const Descriptor descriptor(
      ::open((root_ / path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (descriptor.number() < 0) {
    return base::fail(base::Code::unavailable, "expected a file that can be read, found: {}",
                      std::generic_category().message(errno));
  }
  struct stat status{};
  if (::fstat(descriptor.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return base::fail(base::Code::denied, "expected a regular file at \"{}\", found another", path);
  }
  return read_to_end(descriptor.number(), limit);
}

}  // namespace aureacore::validation
