#include "search/words.h"

#include <algorithm>

#include "base/text.h"
#include "search/fold.h"

namespace aureacore::search {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return (c >= 'a' && c <= 'z') || base::is_digit(c); }
bool is_letter(char c) { return is_small(c) || is_upper(c); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_sign(char c) { return c == '+' || c == '#'; }

// The longest front of a term that is within the limit and ends with a whole character.
std::string_view cut(std::string_view term) {
  if (term.size() <= max_term_bytes) return term;
  std::size_t end = max_term_bytes;
  while (end > 0 && (static_cast<unsigned char>(term[end]) & 0xC0) == 0x80) --end;
  return term.substr(0, end);
}

}  // namespace

void Words::emit(std::string_view term, Word::Kind kind, std::size_t begin, std::size_t end) const {
  (*visit_)({.term = cut(term), .kind = kind, .begin = begin, .end = end});
}

void Words::split(std::string_view text, const Visit& visit) {
  text_ = text;
  visit_ = &visit;
  for (std::size_t at = 0; at < text.size();) at += is_ascii(text[at]) ? take_ascii(at) : take_other(at);
  end_word(text.size());
  end_run(text.size());
}

std::size_t Words::take_ascii(std::size_t at) {
  const char c = text_[at];
  if (is_letter(c)) {
    if (!pair_.empty()) end_run(at);
    prepare(at, is_upper(c));
    term_.push_back(base::lower(c));
    if (base::is_digit(c)) uppers_ = 0;
    return 1 + (lowers_ > 1 ? take_smalls(at + 1) : 0);
  }
  if (is_sign(c) && !parts_.empty()) return take_signs(at);
  end_word(at);
  end_run(at);
  return 1;
}

// Most text by far is these; within a part they begin nothing new.
std::size_t Words::take_smalls(std::size_t at) {
  std::size_t end = at;
  while (end < text_.size() && is_small(text_[end])) ++end;
  term_.append(text_.substr(at, end - at));
  return end - at;
}

std::size_t Words::take_signs(std::size_t at) {
  std::size_t end = at;
  while (end < text_.size() && is_sign(text_[end])) ++end;
  const bool ends = end == text_.size() || (is_ascii(text_[end]) && !is_letter(text_[end]));
  if (ends) term_.append(text_.substr(at, end - at));
  end_word(ends ? end : at);
  return end - at;
}

std::size_t Words::take_other(std::size_t at) {
  const Character character = first_character(text_.substr(at));
  if (character.code == no_character) {
    end_word(at);
    end_run(at);
    return character.length;
  }
  const Folded folded = fold(character.code);
  for (std::size_t i = 0; i < folded.size; ++i) {
    const char32_t code = folded.characters[i];
    // "㋃" is folded to a word and a run.
    const std::size_t end = i == 0 ? at : at + character.length;
    if (!is_word_character(code)) {
      end_word(end);
      end_run(end);
    } else if (is_unspaced(code)) {
      end_word(end);
      std::string one;
      append_character(one, code);
      take_unspaced(at, at + character.length, one);
    } else {
      end_run(end);
      prepare(at, folded.is_upper && i == 0);
      append_character(term_, code);
    }
  }
  return character.length;
}

void Words::prepare(std::size_t at, bool is_upper) {
  if (parts_.empty()) {
    term_.clear();
    parts_.push_back({0, at});
    uppers_ = lowers_ = 0;
  } else if (is_upper && lowers_ > 0) {
    parts_.push_back({term_.size(), at});
    uppers_ = lowers_ = 0;
  } else if (!is_upper && lowers_ == 1 && uppers_ > 1) {
    parts_.push_back(last_upper_);  // HTTPServer; a single small letter makes no part: APIs
    uppers_ = 0;
  }
  if (is_upper) {
    last_upper_ = {term_.size(), at};
    ++uppers_;
  } else {
    ++lowers_;
  }
}

void Words::end_word(std::size_t at) {
  if (parts_.empty()) return;
  const std::size_t begin = parts_.front().begin;
  const bool compound = parts_.size() > 1;
  for (std::size_t i = 0; compound && i < parts_.size(); ++i) {
    const bool last = i + 1 == parts_.size();
    const std::size_t to = last ? term_.size() : parts_[i + 1].from;
    const std::string_view part = std::string_view(term_).substr(parts_[i].from, to - parts_[i].from);
    emit(part, Word::Kind::whole, parts_[i].begin, last ? at : parts_[i + 1].begin);
  }
  emit(term_, compound ? Word::Kind::compound : Word::Kind::whole, begin, at);
  parts_.clear();
}

void Words::take_unspaced(std::size_t at, std::size_t end, std::string_view folded) {
  has_pair_ = !pair_.empty();
  if (has_pair_) emit(pair_ + std::string(folded), Word::Kind::pair, pair_from_, end);
  pair_ = folded;
  pair_from_ = at;
}

void Words::end_run(std::size_t at) {
  if (pair_.empty()) return;
  emit(pair_, has_pair_ ? Word::Kind::last : Word::Kind::whole, pair_from_, at);
  pair_.clear();
}

}  // namespace aureacore::search
