#include "cache/source_part.h"

#include <algorithm>
#include <bit>

#include "cache/definitions.h"
#include "cache/kinds.h"

namespace aureacore::cache {
namespace {

using entity::Diagnostic;

constexpr std::size_t least_diagnostic_bytes = 6;
constexpr std::size_t least_definition_bytes = 12;

void write(Output& out, const Diagnostic& diagnostic) {
  out.number(static_cast<std::uint64_t>(diagnostic.severity));
  out.text(diagnostic.rule);
  out.text(diagnostic.message);
  out.text(diagnostic.path);
  out.number(diagnostic.mark.line);
  out.number(diagnostic.mark.column);
  out.text(diagnostic.entity);
}

Diagnostic read_diagnostic(Input& in) {
  constexpr std::uint64_t numbers32 = std::uint64_t{1} << 32;
  Diagnostic diagnostic;
  diagnostic.severity = static_cast<entity::Severity>(in.below(2));
  diagnostic.rule = in.text();
  diagnostic.message = in.text();
  diagnostic.path = in.text();
  diagnostic.mark.line = static_cast<std::uint32_t>(in.below(numbers32));
  diagnostic.mark.column = static_cast<std::uint32_t>(in.below(numbers32));
  diagnostic.entity = in.text();
  return diagnostic;
}

// The source's files with diagnostics other than conflicts.
std::map<std::string_view, std::vector<const Diagnostic*>> diagnostics_of(const catalog::Snapshot& snapshot,
                                                                          const std::string& source) {
  std::map<std::string_view, std::vector<const Diagnostic*>> files;
  auto file = snapshot.diagnostics().lower_bound({source, {}});
  for (; file != snapshot.diagnostics().end() && file->first.first == source; ++file) {
    for (const Diagnostic& diagnostic : file->second) {
      if (diagnostic.rule != catalog::conflict_rule) files[file->first.second].push_back(&diagnostic);
    }
  }
  return files;
}

void write_state(Output& out, const catalog::SourceState& state) {
  out.text(state.id);
  out.text(state.url);
  out.text(state.branch);
  out.text(state.commit);
  out.number(state.position);
  out.text(state.author);
  out.text(state.subject);
  out.number(std::bit_cast<std::uint64_t>(state.time));
  out.number(state.files);
}

catalog::SourceState read_state(Input& in) {
  catalog::SourceState state;
  state.id = in.text();
  state.url = in.text();
  state.branch = in.text();
  state.commit = in.text();
  state.position = in.number();
  state.author = in.text();
  state.subject = in.text();
  state.time = std::bit_cast<std::int64_t>(in.number());
  state.files = in.number();
  return state;
}

}  // namespace

std::string encode_source(const catalog::Snapshot& snapshot, const catalog::SourceState& state) {
  Output out;
  write_kind(out, Kind::source);
  write_state(out, state);
  const auto files = diagnostics_of(snapshot, state.id);
  out.number(files.size());
  for (const auto& [path, diagnostics] : files) {
    out.text(path);
    out.number(diagnostics.size());
    for (const Diagnostic* diagnostic : diagnostics) write(out, *diagnostic);
  }
  return out.take();
}

base::Result<SourcePart> decode_source(std::string_view content) {
  Input in(content);
  read_kind(in, Kind::source);
  SourcePart part;
  part.state = read_state(in);
  for (std::size_t files = in.count(2); files > 0 && in.ok(); --files) {
    std::vector<Diagnostic>& diagnostics = part.diagnostics[std::string(in.text())];
    for (std::size_t left = in.count(least_diagnostic_bytes); left > 0 && in.ok(); --left) {
      diagnostics.push_back(read_diagnostic(in));
    }
  }
  if (!in.done()) return base::fail(base::Code::corrupt, "expected the bytes of a source, found others");
  return part;
}

std::string encode_claims(const catalog::Snapshot::Claims& claims) {
  std::vector<const entity::Definition*> definitions;
  for (const auto& [key, losers] : claims) {
    for (const auto& loser : losers) definitions.push_back(loser.get());
  }
  Output out;
  write_kind(out, Kind::claims);
  DefinitionWriter writer(out, definitions);
  out.number(definitions.size());
  for (const auto* definition : definitions) {
    writer.write(*definition);
    writer.write_relations(*definition, Quotes(*definition));
  }
  return out.take();
}

base::Result<catalog::Snapshot::Claims> decode_claims(std::string_view content) {
  Input in(content);
  read_kind(in, Kind::claims);
  Files files;
  DefinitionReader reader(in, files);
  catalog::Snapshot::Claims claims;
  for (std::size_t left = in.count(least_definition_bytes); left > 0 && in.ok(); --left) {
    auto definition = reader.read();
    reader.read_relations(*definition, Quotes(*definition));
    if (in.ok()) claims[definition->key].emplace_back(std::move(definition));
  }
  if (!in.done()) return base::fail(base::Code::corrupt, "expected the bytes of claims, found others");
  return claims;
}

}  // namespace aureacore::cache
