#include "cache/definitions.h"

#include <algorithm>

namespace aureacore::cache {
namespace {

constexpr std::uint64_t relation_types = static_cast<std::uint64_t>(entity::RelationType::provides_api) + 1;
constexpr std::uint64_t criticalities = static_cast<std::uint64_t>(entity::Criticality::critical) + 1;

std::uint32_t number32(Input& in) { return static_cast<std::uint32_t>(in.below(std::uint64_t{1} << 32)); }

std::string part_of_reference(Input& in) {
  const auto text = in.text();
  if (text.empty()) in.fail();
  return std::string(text);
}

}  // namespace

// One more than the place in the three pieces together, then the length; or 0, then the text itself.
void Quotes::write(Output& out, std::string_view quote) const {
  std::size_t begin = 1;
  for (const std::string_view piece : pieces_) {
    if (const auto at = piece.find(quote); at != std::string_view::npos) {
      out.number(begin + at);
      return out.number(quote.size());
    }
    begin += piece.size();
  }
  out.number(0);
  out.text(quote);
}

std::string_view Quotes::read(Input& in, bool& is_literal) const {
  std::uint64_t at = in.number();
  is_literal = at == 0;
  if (is_literal) return in.text();
  --at;
  for (const std::string_view piece : pieces_) {
    if (at <= piece.size()) return piece.substr(at, in.below(piece.size() - at + 1));
    at -= piece.size();
  }
  in.fail();
  return {};
}

DefinitionWriter::DefinitionWriter(Output& out, const std::vector<const entity::Definition*>& definitions) : out_(out) {
  for (const auto* definition : definitions) {
    const entity::SourceFile& file = *definition->place.file;
    files_.try_emplace({file.source, file.path});
  }
  out_.number(files_.size());
  std::uint64_t next = 0;
  for (auto& [file, number] : files_) {
    number = next++;
    out_.text(file.first);
    out_.text(file.second);
  }
}

void DefinitionWriter::write(const entity::Definition& definition) {
  out_.text(definition.reference.kind);
  out_.text(definition.reference.name_space);
  out_.text(definition.reference.name);
  const auto& [file, document] = definition.place;
  out_.number(files_.at({file->source, file->path}));
  out_.number(document);
  out_.number(definition.mark.line);
  out_.number(definition.mark.column);
  out_.number(static_cast<std::uint64_t>(definition.criticality) + (definition.orphan ? criticalities : 0));
  out_.text(definition.metadata_json);
  out_.text(definition.spec_json);
}

void DefinitionWriter::write_relations(const entity::Definition& definition, const Quotes& quotes) {
  out_.number(definition.relations.size());
  for (const auto& [type, target] : definition.relations) {
    out_.number(static_cast<std::uint64_t>(type));
    quotes.write(out_, target);
  }
}

entity::SourceFilePtr Files::get(std::string_view source, std::string_view path) {
  const std::scoped_lock lock(mutex_);
  if (const auto known = files_.find({source, path}); known != files_.end()) return known->second;
  const entity::SourceFilePtr file(new entity::SourceFile(std::string(source), std::string(path)));
  return files_.emplace(std::pair<std::string_view, std::string_view>(file->source, file->path), file).first->second;
}

DefinitionReader::DefinitionReader(Input& in, Files& files) : in_(in) {
  for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
    const auto source = in.text();
    const auto path = in.text();
    files_.push_back(files.get(source, path));
  }
}

boost::intrusive_ptr<entity::Definition> DefinitionReader::read() {
  boost::intrusive_ptr<entity::Definition> definition(new entity::Definition);
  definition->reference.kind = part_of_reference(in_);
  definition->reference.name_space = part_of_reference(in_);
  definition->reference.name = part_of_reference(in_);
  definition->key = definition->reference.canonical();
  const std::uint64_t file = in_.below(files_.size());
  if (in_.ok()) definition->place.file = files_[file];
  definition->place.document = number32(in_);
  definition->mark = {.line = number32(in_), .column = number32(in_)};
  const std::uint64_t rank = in_.below(2 * criticalities);
  definition->criticality = static_cast<entity::Criticality>(rank % criticalities);
  definition->orphan = rank >= criticalities;
  definition->metadata_json = in_.text();
  definition->spec_json = in_.text();
  return definition;
}

void DefinitionReader::read_relations(entity::Definition& definition, const Quotes& quotes) {
  const std::size_t count = in_.count(2);
  std::vector<entity::RelationView> relations;
  for (std::size_t i = 0; i < count && in_.ok(); ++i) {
    const auto type = static_cast<entity::RelationType>(in_.below(relation_types));
    bool is_literal = false;
    relations.push_back({type, quotes.read(in_, is_literal)});
  }
  const auto not_growing = std::ranges::adjacent_find(relations, std::greater_equal<>());
  if (not_growing != relations.end()) in_.fail();
  definition.relations = entity::Relations::of(std::move(relations));
}

void write_problems(Output& out, const std::vector<catalog::Problem>& problems) {
  out.number(problems.size());
  for (const auto& [type, message] : problems) {
    out.text(type);
    out.text(message);
  }
}

std::vector<catalog::Problem> read_problems(Input& in) {
  std::vector<catalog::Problem> problems;
  for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
    std::string type(in.text());
    std::string message(in.text());
    problems.push_back({std::move(type), std::move(message)});
  }
  return problems;
}

}  // namespace aureacore::cache
