// Helpers that several tests of this module share: the files of a commit, from a folder.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "definition/descriptor.h"

namespace aureacore::definition {

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A folder of the disk in the place of a commit's tree.
class FolderFiles : public Files {
 public:
  explicit FolderFiles(std::filesystem::path root) : root_(std::move(root)) {}

  base::Result<std::string> read(std::string_view path) override {
    const auto full = root_ / path;
    if (!std::filesystem::exists(full)) return base::fail(base::Code::not_found, "no file {}", path);
    if (!std::filesystem::is_regular_file(full)) return base::fail(base::Code::denied, "{} is a folder", path);
    return read_bytes(full);
  }

 private:
  std::filesystem::path root_;
};

inline FileContext context_for(const std::string& path) {
  return {.file = entity::SourceFilePtr(new entity::SourceFile("platform", path)),
          .origin = path,
          .links = make_links("https://github.com/acme/catalog.git", "main"),
          .limits = {}};
}

// The entity's JSON without what the catalog adds.
inline std::string entity_json(const entity::Definition& definition) {
  return definition.metadata_json + "}" + definition.spec_json + "}";
}

}  // namespace aureacore::definition
