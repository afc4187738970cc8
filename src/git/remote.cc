#include "git/remote.h"

#include <system_error>
#include <utility>

#include "base/text.h"
#include "git/failure.h"
#include "git/invocation.h"
#include "git/listing.h"
#include "git/object_id.h"
#include "git/repository.h"
#include "git/tidying.h"

namespace aureacore::git {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;
using Steady = std::chrono::steady_clock;

// A listing is asked for one name; a server that ignores that may send all it has.
constexpr std::size_t listing_bytes = 64 << 20;
constexpr std::string_view filter_ignored = "filtering not recognized by server";

std::filesystem::path normalized(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path result = std::filesystem::absolute(path, error).lexically_normal();
  return result.has_filename() ? result : result.parent_path();
}

// A local repository is the configuration's choice, whoever owns it; the other end of the pipe is git too and has to be
// told. The text goes to a shell and has nothing of ours in it.
void add_local_server(const Url& url, std::vector<std::string>& arguments) {
  if (url.scheme == Scheme::file) arguments.emplace_back("--upload-pack=git -c \"safe.directory=*\" upload-pack");
}

Status check_object_id(std::string_view id) {
  if (is_object_id(id)) return {};
  return fail(Code::invalid, "expected an object id of {} hexadecimal digits, found '{}'", object_id_digits,
              base::printable(id, 80));
}

}  // namespace

GitRemote::GitRemote(const std::filesystem::path& directory, RemoteOptions options)
    : mirror_(normalized(directory)), options_(std::move(options)) {
  mirror_.remove_leftovers();
}

Status GitRemote::open_mirror() {
  auto status = mirror_.prepare();
  if (status && (opened_ || mirror_.sound(false))) {
    opened_ = true;
    return {};
  }
  // Who can't look knows nothing of the mirror: it stays.
  if (auto looked = mirror_.can_look(); !looked) return looked;
  if (auto aside = mirror_.set_aside(); !aside) return aside;
  status = mirror_.prepare();
  opened_ = status.has_value();
  return status;
}

Result<Advertised> GitRemote::advertised(std::stop_token stop) {
  if (auto status = open_mirror(); !status) return std::unexpected(status.error());
  std::vector<std::string> arguments = {"ls-remote", "--quiet", "--symref"};
  add_local_server(options_.url, arguments);
  arguments.insert(arguments.end(),
                   {"--", options_.url.text, options_.branch.empty() ? "HEAD" : "refs/heads/" + options_.branch});
  auto command = network_command(mirror_.directory(), options_, arguments);
  if (!command) return std::unexpected(command.error());
  command->deadline = options_.list_deadline;
  command->output_limit = listing_bytes;
  const std::string doing = "listing " + options_.url.display;
  const auto outcome = run(*command, stop);
  if (!outcome) return std::unexpected(outcome.error().in(doing));
  if (outcome->status != 0) return std::unexpected(explain_failure("listing", outcome->errors, options_));
  auto tip = parse_listing(outcome->output, options_.branch);
  if (!tip) return std::unexpected(tip.error().in(doing));
  return tip;
}

Status GitRemote::within_limit() const {
  const std::uint64_t bytes = mirror_.bytes();
  if (bytes <= options_.mirror_bytes) return {};
  return fail(Code::too_large, "the mirror of {} takes {} bytes on disk, more than the limit of {} (mirror_bytes)",
              options_.url.display, bytes, options_.mirror_bytes);
}

// A mirror that is full by what rewritten branches dropped gets a chance.
Status GitRemote::make_room(const std::stop_token& stop) {
  if (within_limit()) return {};
  const Status tidied = repack_mirror(mirror_, options_.fetch_deadline, stop);
  const Status status = within_limit();
  return status || tidied ? status : tidied;
}

Result<Outcome> GitRemote::run_fetch(const std::vector<std::string>& arguments, std::string input,
                                     base::Duration deadline, const std::stop_token& stop) {
  auto command = network_command(mirror_.directory(), options_, arguments);
  if (!command) return std::unexpected(command.error());
  command->input = std::move(input);
  command->deadline = deadline;
  command->watch = [this] { return within_limit(); };
  auto outcome = run(*command, stop);
  if (!outcome) {
    mirror_.remove_leftovers();
    return std::unexpected(outcome.error().in("fetching " + options_.url.display));
  }
  if (outcome->status == 0) return outcome;
  mirror_.remove_leftovers();
  return std::unexpected(explain_failure("fetching", outcome->errors, options_));
}

std::vector<std::string> GitRemote::fetch_arguments() const {
  std::vector<std::string> arguments = {"fetch",
                                        "--quiet",
                                        "--no-tags",
                                        "--no-auto-maintenance",
                                        "--no-write-fetch-head",
                                        "--no-recurse-submodules",
                                        "--no-show-forced-updates"};
  add_local_server(options_.url, arguments);
  return arguments;
}

// By the commit's id: exactly what was listed, without a second listing where the protocol allows, and forced pushes
// are nothing special.
Status GitRemote::fetch_once(const Advertised& tip, base::Duration deadline, const std::stop_token& stop) {
  std::vector<std::string> arguments = fetch_arguments();
  arguments.insert(arguments.end(), {"--", "origin", fmt::format("+{}:{}", tip.commit, Mirror::tip_ref)});
  const auto outcome = run_fetch(arguments, {}, deadline, stop);
  if (!outcome) return std::unexpected(outcome.error());
  const auto before = mirror_.record();
  const bool partial = !outcome->errors.contains(filter_ignored) && (!before || before->partial);
  const Record record{.url = options_.url.text, .branch = tip.branch, .commit = tip.commit, .partial = partial};
  if (auto status = mirror_.write_record(record); !status) return status;
  mirror_.forget_set_aside();
  return within_limit();
}

Status GitRemote::fetch(const Advertised& tip, std::stop_token stop) {
  if (auto status = check_object_id(tip.commit); !status) return status;
  if (auto status = open_mirror(); !status) return status;
  if (auto status = make_room(stop); !status) return status;
  const auto deadline = Steady::now() + options_.fetch_deadline;
  Status status = fetch_once(tip, options_.fetch_deadline, stop);
  // What looks corrupt may be on our own side of the wire.
  if (status || status.error().code != Code::corrupt || mirror_.sound(true)) return status;
  if (auto aside = discard(); !aside) return aside;
  if (auto opened = open_mirror(); !opened) return opened;
  return fetch_once(tip, deadline - Steady::now(), stop);
}

Status GitRemote::fetch_blobs(const std::vector<std::string>& blobs, std::stop_token stop) {
  if (auto status = open_mirror(); !status) return status;
  const auto repository = Repository::open(mirror_.directory());
  if (!repository) return std::unexpected(repository.error());
  std::string missing;
  for (const std::string& blob : blobs) {
    if (auto status = check_object_id(blob); !status) return status;
    if (!repository->has(blob)) missing += blob + '\n';
  }
  if (missing.empty()) return {};
  if (auto status = make_room(stop); !status) return status;
  std::vector<std::string> arguments = fetch_arguments();
  // The blobs are asked for by name: there is nothing to agree on.
  arguments.insert(arguments.begin(), {"-c", "fetch.negotiationAlgorithm=noop"});
  arguments.insert(arguments.end(), {"--stdin", "--", "origin"});
  const auto outcome = run_fetch(arguments, std::move(missing), options_.fetch_deadline, stop);
  if (!outcome) return std::unexpected(outcome.error());
  return within_limit();
}

Status GitRemote::tidy(const std::stop_token& stop) {
  if (auto status = open_mirror(); !status) return status;
  return tidy_mirror(mirror_, options_.fetch_deadline, stop);
}

Status GitRemote::discard() {
  opened_ = false;
  return mirror_.set_aside();
}

Result<Advertised> GitRemote::mirrored() const {
  const auto record = mirror_.record();
  if (!record) return std::unexpected(record.error());
  if (record->url != options_.url.text || (!options_.branch.empty() && record->branch != options_.branch)) {
    return fail(Code::not_found, "the mirror {} is of another URL or branch than {}", mirror_.directory().string(),
                options_.url.display);
  }
  const auto repository = Repository::open(mirror_.directory());
  if (!repository) return std::unexpected(repository.error());
  if (const auto commit = repository->commit(record->commit); !commit) return std::unexpected(commit.error());
  return Advertised{.branch = record->branch, .commit = record->commit};
}

bool GitRemote::partial() const {
  const auto record = mirror_.record();
  return record && record->partial;
}

}  // namespace aureacore::git
