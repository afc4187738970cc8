#include "cli/validate.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/text.h"
#include "definition/kinds.h"
#include "server/app.h"
#include "server/config.h"
#include "validation/checkout.h"
#include "validation/format.h"
#include "validation/known.h"

namespace aureacore::cli {
namespace {

constexpr int valid = 0;
constexpr int invalid = 1;
constexpr int unusable = 2;
constexpr std::size_t max_known_bytes = 256 << 20;

constexpr const char* footer =
    "Reads the work tree as it is on disk; needs no server and no network. References may lead to any entity of the\n"
    "repositories that the paths lie in, and to those that --known names. Exits 0 if all is valid, 1 if something is\n"
    "not, 2 on a wrong command line, a path that can't be read, or a folder without descriptors.\n\n"
    "  aureacore validate .\n"
    "  aureacore validate --strict --format sarif --output catalog.sarif services/\n"
    "  curl -s https://catalog.example.com/api/catalog/entities >known.json && aureacore validate --known known.json .";

base::Result<std::vector<base::Glob>> parse_globs(const std::vector<std::string>& patterns) {
  std::vector<base::Glob> globs;
  for (const auto& pattern : patterns) {
    auto glob = base::Glob::parse(pattern);
    if (!glob) return std::unexpected(glob.error().in(base::printable(pattern)));
    globs.push_back(std::move(*glob));
  }
  return globs;
}

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::string buffer(1 << 20, '\0');
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    text.append(buffer, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_known_bytes) {
      return base::fail(base::Code::too_large, "expected at most {} bytes in {}", max_known_bytes,
                        base::printable(path));
    }
  }
  if (!in.eof()) {
    return base::fail(base::Code::not_found, "expected a file that can be read at {}, found none",
                      base::printable(path));
  }
  return text;
}

base::Status add_known(const std::vector<std::string>& files, validation::Paths& known) {
  for (const auto& file : files) {
    const auto text = read_file(file);
    if (!text) return std::unexpected(text.error());
    auto parsed = validation::parse_known(*text);
    if (!parsed) return std::unexpected(parsed.error().in("--known " + base::printable(file)));
    known.merge(*parsed);
  }
  return {};
}

base::Status read_kinds(const ValidateRequest& request, validation::ReaderOptions& options) {
  if (!request.config.empty()) {
    auto declared = server::load_kinds(request.config);
    if (!declared.errors.empty()) {
      return base::fail(base::Code::invalid, "--config: {}", fmt::join(declared.errors, "\n"));
    }
    options.declared = std::move(declared.kinds);
  }
  for (const std::string& kind : request.kinds) {
    if (definition::is_known_kind(kind, options.declared.get())) continue;
    return base::fail(base::Code::invalid,
                      "--kind: expected a kind such as Component, or one that --config declares, found \"{}\"",
                      base::printable(kind));
  }
  options.kinds = request.kinds;
  return {};
}

base::Result<validation::Options> make_options(const ValidateRequest& request) {
  validation::Options options;
  options.directory = std::filesystem::current_path();
  options.strict = request.strict;
  options.release = server::release();
  auto include = parse_globs(request.include);
  if (!include) return std::unexpected(include.error().in("--include"));
  auto exclude = parse_globs(request.exclude);
  if (!exclude) return std::unexpected(exclude.error().in("--exclude"));
  options.reader.include = std::move(*include);
  options.reader.exclude = std::move(*exclude);
  if (auto read = read_kinds(request, options.reader); !read) return std::unexpected(read.error());
  if (!request.repository.empty()) {
    const auto mark = request.repository.rfind('#');
    if (mark == std::string::npos || mark + 1 == request.repository.size()) {
      return base::fail(base::Code::invalid, "--repository: expected URL#branch, found \"{}\"",
                        base::printable(request.repository));
    }
    options.reader.links = definition::make_links(std::string_view(request.repository).substr(0, mark),
                                                  std::string_view(request.repository).substr(mark + 1));
  }
  if (auto added = add_known(request.known, options.known); !added) return std::unexpected(added.error());
  return options;
}

base::Status write(const std::string& text, const std::string& file) {
  std::FILE* out = file.empty() ? stdout : std::fopen(file.c_str(), "we");
  bool good = out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (out != nullptr) good = (file.empty() ? std::fflush(out) : std::fclose(out)) == 0 && good;
  if (good) return {};
  return base::fail(base::Code::unavailable, "expected to write to {}, found: {}",
                    file.empty() ? "standard output" : base::printable(file), std::generic_category().message(errno));
}

int fail(const base::Error& error) {
  fmt::print(stderr, "aureacore validate: {}\n", error.message);
  return unusable;
}

}  // namespace

void add_validate_flags(CLI::App& command, ValidateRequest& request) {
  command.add_option("path", request.paths, "Files, folders or repositories")->type_name("PATH")->required();
  command
      .add_option("--include", request.include,
                  "Which files are descriptors (**/catalog-info.yaml); paths count from the repository's root; may be "
                  "repeated")
      ->type_name("GLOB")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--exclude", request.exclude, "Which of them are not; may be repeated")
      ->type_name("GLOB")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--kind", request.kinds, "A kind that may be defined (any); may be repeated")
      ->type_name("KIND")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--config", request.config,
                  "The server's configuration: its kinds are known, the rest of it is not read")
      ->type_name("FILE");
  command
      .add_option("--known", request.known,
                  "Entities defined elsewhere: an answer of /api/catalog/entities, or references, one a line; may be "
                  "repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--repository", request.repository,
                  "Where the files are published: Locations may name them by addresses there")
      ->type_name("URL#branch");
  command.add_flag("--strict", request.strict, "Warnings fail, too");
  command.add_option("--format", request.format, "text (the default), json, sarif or junit")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json", "sarif", "junit"}));
  command.add_option("--output", request.output, "Write there instead of standard output")->type_name("FILE");
  command.footer(footer);
}

int validate(const ValidateRequest& request) {
  const auto options = make_options(request);
  if (!options) return fail(options.error());
  const auto checkouts = validation::find_checkouts(request.paths, options->directory);
  if (!checkouts) return fail(checkouts.error());
  std::vector<validation::Input> inputs;
  for (const auto& checkout : *checkouts) inputs.push_back(checkout.input);
  const auto report = validation::validate(*options, inputs);
  const auto format = validation::parse_format(request.format).value_or(validation::Format::text);
  if (auto written = write(validation::render(report, format), request.output); !written) return fail(written.error());
  for (const auto& folder : report.empty) {
    fmt::print(stderr, "aureacore validate: expected descriptors in {}, found none\n", base::printable(folder));
  }
  if (!report.empty.empty()) return unusable;
  return report.failed() ? invalid : valid;
}

}  // namespace aureacore::cli
