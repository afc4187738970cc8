// generate: writes a catalog of any size, the same every time from the same seed, or changes one of its files.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>

#include "bench/generate/model.h"
#include "bench/generate/store.h"

namespace {

using aureacore::base::Status;
namespace generate = aureacore::generate;

struct Options {
  generate::Size size;
  std::string out;
  bool git = false;
  std::optional<std::uint64_t> touch;
  std::string names;
};

constexpr std::uint64_t max_entities = 10'000'000;
constexpr std::uint64_t max_entities_of_a_file = 800;  // keeps a file below a mebibyte

Status write(const Options& options) {
  if (options.size.entities > options.size.files * max_entities_of_a_file) {
    return aureacore::base::fail(aureacore::base::Code::invalid,
                                 "expected at most {} entities a file, found {} in {} files", max_entities_of_a_file,
                                 options.size.entities, options.size.files);
  }
  if (options.size.files > options.size.entities) {
    return aureacore::base::fail(aureacore::base::Code::invalid,
                                 "expected at most one file an entity, found {} files for {} entities",
                                 options.size.files, options.size.entities);
  }
  const generate::Model model(options.size);
  Status status = options.git ? write_repository(model, options.out) : write_folder(model, options.out);
  if (status && !options.names.empty()) status = write_names(model, options.names);
  return status;
}

Status run(const Options& options) {
  if (!options.touch) return write(options);
  const auto commit = generate::touch(options.out, *options.touch);
  if (!commit) return std::unexpected(commit.error());
  fmt::print("{}\n", *commit);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Writes a catalog of any size; the same arguments give the same bytes.");
  app.add_option("--out", options.out, "the folder to write to; with --git a bare repository")->required();
  app.add_option("--entities", options.size.entities, "how many entities")
      ->check(CLI::Range(std::uint64_t{1}, max_entities))
      ->capture_default_str();
  app.add_option("--files", options.size.files, "in how many files")
      ->check(CLI::Range(std::uint64_t{1}, max_entities))
      ->capture_default_str();
  app.add_option("--seed", options.size.seed, "another seed, another catalog")->capture_default_str();
  app.add_flag("--git", options.git, "make a bare Git repository with one commit");
  app.add_option("--names", options.names, "write the canonical references to this file, one a line");
  app.add_option("--touch", options.touch,
                 "instead: give the first entity of this file (from 0) another description, commit, print the commit");
  CLI11_PARSE(app, argc, argv);

  if (const Status status = run(options); !status) {
    fmt::print(stderr, "generate: {}\n", status.error().message);
    return 1;
  }
  return 0;
}
