#include "git/tidying.h"

#include <algorithm>
#include <span>
#include <system_error>

#include "base/text.h"
#include "git/invocation.h"

namespace aureacore::git {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

// Runs pack-objects on what `input` names; the new pack.
Result<Pack> write_pack(const Mirror& mirror, std::vector<std::string> how, std::string input, base::Duration deadline,
                        const std::stop_token& stop) {
  std::vector<std::string> arguments = {"pack-objects", "-q", "--delta-base-offset"};
  arguments.insert(arguments.end(), std::move_iterator(how.begin()), std::move_iterator(how.end()));
  arguments.push_back((mirror.pack_folder() / "pack").string());
  Command command = local_command(mirror.directory(), arguments);
  command.input = std::move(input);
  command.deadline = deadline;
  const auto outcome = run(command, stop);
  const std::string_view name =
      outcome ? base::trim(std::string_view(outcome->output).substr(0, outcome->output.find('\n'))) : "";
  if (!outcome || outcome->status != 0 || name.empty()) {
    mirror.remove_leftovers();
    if (!outcome) return std::unexpected(outcome.error().in("tidying " + mirror.directory().string()));
    return fail(Code::corrupt, "tidying {}: git pack-objects failed: {}", mirror.directory().string(),
                base::printable(base::trim(outcome->errors)));
  }
  Pack pack{.stem = mirror.pack_folder() / fmt::format("pack-{}", name), .bytes = 0};
  // Says that what the pack's objects name may be missing, as every pack of a partial clone does.
  if (auto status = write_file(pack.stem.string() + ".promisor", ""); !status) return std::unexpected(status.error());
  return pack;
}

void remove_others(std::span<const Pack> packs, const Pack& kept) {
  for (const Pack& pack : packs) {
    if (pack.stem != kept.stem) Mirror::remove_pack(pack);
  }
}

// How many of the packs, largest first, stay as they are.
std::size_t count_kept(std::span<const Pack> packs) {
  std::uint64_t smaller = 0;
  std::size_t kept = packs.size();
  // The smallest always go; then each that is not larger than all smaller ones together.
  while (kept > 0 && (packs.size() - kept < max_packs / 2 || packs[kept - 1].bytes <= smaller)) {
    smaller += packs[--kept].bytes;
  }
  return kept;
}

Status merge_packs(const Mirror& mirror, std::span<const Pack> packs, base::Duration deadline,
                   const std::stop_token& stop) {
  std::string names;
  for (const Pack& pack : packs) names += pack.stem.filename().string() + ".pack\n";
  const auto merged = write_pack(mirror, {"--stdin-packs"}, std::move(names), deadline, stop);
  if (!merged) return std::unexpected(merged.error());
  remove_others(packs, *merged);
  return {};
}

}  // namespace

Status tidy_mirror(const Mirror& mirror, base::Duration deadline, const std::stop_token& stop) {
  const std::vector<Pack> packs = mirror.packs();
  if (packs.size() <= max_packs && mirror.loose_folders().size() <= max_loose_folders) return {};
  const std::size_t kept = count_kept(packs);
  if (kept == 0 || packs.size() <= max_packs) return repack_mirror(mirror, deadline, stop);
  return merge_packs(mirror, std::span(packs).subspan(kept), deadline, stop);
}

Status repack_mirror(const Mirror& mirror, base::Duration deadline, const std::stop_token& stop) {
  const auto record = mirror.record();
  if (!record) return {};
  const std::vector<Pack> packs = mirror.packs();
  const std::vector<std::filesystem::path> loose = mirror.loose_folders();
  const auto whole = write_pack(mirror, {"--revs", "--missing=allow-any"}, record->commit + '\n', deadline, stop);
  if (!whole) return std::unexpected(whole.error());
  remove_others(packs, *whole);
  std::error_code error;
  for (const auto& folder : loose) std::filesystem::remove_all(folder, error);
  return {};
}

}  // namespace aureacore::git
