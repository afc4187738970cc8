#include "bench/generate/store.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <utility>

#include "bench/generate/document.h"

namespace aureacore::generate {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::uint64_t first_commit_time = 1'700'000'000;

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string git(const std::filesystem::path& repository, std::string_view arguments) {
  return fmt::format("git -C {} -c core.compression=1 {}", shell_quoted(repository.string()), arguments);
}

// A child process that is written to or read from through a pipe.
class Pipe {
 public:
  Pipe(const std::string& command, const char* mode) : command_(command), stream_(::popen(command.c_str(), mode)) {}
  ~Pipe() {
    if (stream_ != nullptr) ::pclose(stream_);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void write(std::string_view bytes) {
    if (stream_ == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) failed_ = true;
  }

  std::string read_all() {
    std::string text;
    std::array<char, 1 << 16> buffer{};
    while (stream_ != nullptr) {
      const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), stream_);
      if (count == 0) break;
      text.append(buffer.data(), count);
    }
    return text;
  }

  Status close() {
    const int status = stream_ == nullptr ? -1 : ::pclose(std::exchange(stream_, nullptr));
    if (failed_ || status != 0)
      return fail(Code::unavailable, "expected '{}' to succeed, found status {}", command_, status);
    return {};
  }

 private:
  std::string command_;
  std::FILE* stream_;
  bool failed_ = false;
};

Result<std::string> output_of(const std::string& command) {
  Pipe pipe(command, "r");
  std::string text = pipe.read_all();
  if (Status status = pipe.close(); !status) return std::unexpected(status.error());
  return text;
}

void begin_commit(Pipe& import, std::uint64_t position, std::string_view message) {
  import.write(
      fmt::format("commit refs/heads/main\ncommitter Generator <generator@example.com> {} +0000\ndata {}\n{}\n",
                  first_commit_time + position, message.size(), message));
}

void add_file(Pipe& import, const std::string& path, std::string_view text) {
  import.write(fmt::format("M 100644 inline {}\ndata {}\n", path, text.size()));
  import.write(text);
  import.write("\n");
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.flush();
  if (!out)
    return fail(Code::unavailable, "{}: expected to write {} bytes, the system refused", path.string(), text.size());
  return {};
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Code::unavailable, "{}: expected to make a folder, found: {}", folder.string(), error.message());
  return {};
}

// The text with another description in its first document.
Result<std::string> with_description(std::string text, std::string_view description) {
  constexpr std::string_view field = "\n  description: ";
  const std::size_t begin = text.find(field);
  if (begin == std::string::npos) return fail(Code::invalid, "expected a description in the file, found none");
  const std::size_t value = begin + field.size();
  text.replace(value, text.find('\n', value) - value, description);
  return text;
}

Result<std::uint64_t> commits(const std::filesystem::path& repository) {
  Result<std::string> text = output_of(git(repository, "rev-list --count refs/heads/main"));
  if (!text) return std::unexpected(text.error());
  return std::stoull(*text);
}

}  // namespace

Status write_folder(const Model& model, const std::filesystem::path& folder) {
  for (std::uint64_t file = 0; file < model.size().files; ++file) {
    const std::filesystem::path path = folder / Model::path(file);
    if (Status status = make_folder(path.parent_path()); !status) return status;
    if (Status status = write_file(path, file_text(model, file)); !status) return status;
  }
  return {};
}

Status write_repository(const Model& model, const std::filesystem::path& repository) {
  if (std::filesystem::exists(repository / "HEAD")) {
    return fail(Code::invalid, "{}: expected nothing there yet, found a repository", repository.string());
  }
  if (Status status = make_folder(repository); !status) return status;
  if (auto made = output_of(git(repository, "init --quiet --bare --initial-branch=main")); !made)
    return std::unexpected(made.error());
  Pipe import(git(repository, "fast-import --quiet"), "w");
  begin_commit(import, 0, fmt::format("Generate {} entities", model.size().entities));
  for (std::uint64_t file = 0; file < model.size().files; ++file)
    add_file(import, Model::path(file), file_text(model, file));
  return import.close();
}

Result<std::string> touch(const std::filesystem::path& repository, std::uint64_t file) {
  const std::string path = Model::path(file);
  Result<std::uint64_t> position = commits(repository);
  if (!position) return std::unexpected(position.error());
  Result<std::string> text = output_of(git(repository, "cat-file blob refs/heads/main:" + path));
  if (!text) return text;
  Result<std::string> changed = with_description(*std::move(text), fmt::format("Revision {} of this text.", *position));
  if (!changed) return changed;
  Pipe import(git(repository, "fast-import --quiet"), "w");
  begin_commit(import, *position, "Touch " + path);
  import.write("from refs/heads/main^0\n");
  add_file(import, path, *changed);
  if (Status status = import.close(); !status) return std::unexpected(status.error());
  Result<std::string> id = output_of(git(repository, "rev-parse refs/heads/main"));
  if (id) id->resize(id->find_last_not_of('\n') + 1);
  return id;
}

Status write_names(const Model& model, const std::filesystem::path& file) {
  std::string names;
  for (std::uint64_t index = 0; index < model.size().entities; ++index) {
    names += model.reference(model.entity(index));
    names += '\n';
  }
  return write_file(file, names);
}

}  // namespace aureacore::generate
