#include "validation/checkout.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <system_error>

#include "base/text.h"

namespace aureacore::validation {
namespace {

namespace fs = std::filesystem;

struct Named {
  fs::path path;  // absolute, without symbolic links
  bool is_folder = false;
};

base::Result<Named> look_at(const std::string& path, const fs::path& directory) {
  const std::string shown = base::printable(path);
  std::error_code error;
  const fs::path whole = fs::canonical(directory / path, error);
  const auto type = error ? fs::file_type::none : fs::status(whole, error).type();
  if (error) {
    const bool missing = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    return base::fail(missing ? base::Code::not_found : base::Code::unavailable,
                      "expected a file or folder at {}, found: {}", shown, error.message());
  }
  if (type != fs::file_type::regular && type != fs::file_type::directory) {
    return base::fail(base::Code::denied, "expected a file or folder at {}, found a device, FIFO or socket", shown);
  }
  if (::access(whole.c_str(), R_OK) != 0) {
    return base::fail(base::Code::unavailable, "expected to be allowed to read {}, found: {}", shown,
                      std::generic_category().message(errno));
  }
  return Named{.path = whole, .is_folder = type == fs::file_type::directory};
}

// The root of the repository that a folder lies in.
std::optional<fs::path> repository_of(fs::path folder) {
  while (true) {
    std::error_code error;
    if (fs::exists(folder / ".git", error)) return folder;
    if (folder == folder.root_path()) return std::nullopt;
    folder = folder.parent_path();
  }
}

void add(const Named& named, Input& input) {
  std::string inner = named.path.lexically_relative(input.root).string();
  if (inner == ".") inner.clear();
  (named.is_folder ? input.folders : input.files).insert(std::move(inner));
}

}  // namespace

base::Result<std::vector<Checkout>> find_checkouts(const std::vector<std::string>& paths,
                                                   const std::filesystem::path& directory) {
  std::map<fs::path, Input> inputs;
  for (const auto& path : paths) {
    const auto named = look_at(path, directory);
    if (!named) return std::unexpected(named.error());
    const fs::path folder = named->is_folder ? named->path : named->path.parent_path();
    const auto repository = repository_of(folder);
    const fs::path root = repository.value_or(folder);
    Input& input = inputs.try_emplace(root, Input{.root = root, .discover = false}).first->second;
    input.discover |= repository.has_value() || named->is_folder;
    add(*named, input);
  }
  std::vector<Checkout> checkouts;
  for (auto& [root, input] : inputs) {
    auto folder = std::make_unique<Folder>(root);
    input.tree = folder.get();
    checkouts.push_back({std::move(folder), std::move(input)});
  }
  return checkouts;
}

}  // namespace aureacore::validation
