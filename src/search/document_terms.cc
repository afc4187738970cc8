#include "search/document_terms.h"

namespace aureacore::search {
namespace {

Document within_limit(const Document& document) {
  Document kept;
  std::size_t room = max_document_bytes;
  for (const Piece& piece : document) {
    kept.push_back({piece.field, piece.text.substr(0, room)});
    room -= kept.back().text.size();
  }
  return kept;
}

}  // namespace

void DocumentTerms::read(const Document& document, const Visit& visit) {
  const Document kept = within_limit(document);
  for (const Piece& piece : kept) read_piece(piece, visit);
  Fields cut;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].text.size() < document[i].text.size()) cut.add(kept[i].field);
  }
  if (!cut.empty()) visit(cut_mark, cut);
}

void DocumentTerms::read_piece(const Piece& piece, const Visit& visit) {
  Fields field;
  field.add(piece.field);
  whole_name_.clear();
  words_.split(piece.text, [&](const Word& word) {
    visit(word.term, field);
    const bool is_part = word.kind == Word::Kind::whole || word.kind == Word::Kind::last;
    if (piece.field == Field::name && is_part) whole_name_.append(word.term);
  });
  if (whole_name_.empty()) return;
  if (whole_name_.size() > max_term_bytes) whole_name_.resize(max_term_bytes);
  Fields whole;
  whole.add_whole_name();
  visit(whole_name_, whole);
}

}  // namespace aureacore::search
