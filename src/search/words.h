// Words: a text → the folded terms that it is found by.
//
// A word is a run of letters and digits ("c++" and "c#" keep their signs). One with humps gives its parts and itself:
// OrderService → order, service, orderservice. Scripts without spaces give each pair of neighbours, so that any two
// characters that stand together are found. What is not UTF-8 separates words. One Words belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::search {

// Longer terms are cut, in texts and in queries alike.
constexpr std::size_t max_term_bytes = 64;

struct Word {
  enum class Kind : std::uint8_t {
    whole,     // a word without parts, or a part of one
    compound,  // a word with its parts joined
    pair,      // two neighbours of an unspaced script
    last,      // the last character of such a run, which begins no pair
  };
  std::string_view term;  // folded; valid during the call
  Kind kind = Kind::whole;
  std::size_t begin = 0;  // where it stands in the text, in bytes
  std::size_t end = 0;
};

class Words {
 public:
  using Visit = std::function<void(const Word&)>;

  // Visits the words of a text from its start.
  void split(std::string_view text, const Visit& visit);

 private:
  struct Part {
    std::size_t from;   // in `term_`
    std::size_t begin;  // in the text
  };

  // Each gives how many bytes of the text it took.
  std::size_t take_ascii(std::size_t at);
  std::size_t take_other(std::size_t at);
  std::size_t take_smalls(std::size_t at);
  std::size_t take_signs(std::size_t at);  // "++" where it ends the word
  void take_unspaced(std::size_t at, std::size_t end, std::string_view folded);
  // Before a letter or digit is appended that stands at `at`: begins a word or a part where one begins.
  void prepare(std::size_t at, bool is_upper);
  void end_word(std::size_t at);
  void end_run(std::size_t at);
  void emit(std::string_view term, Word::Kind kind, std::size_t begin, std::size_t end) const;

  std::string_view text_;
  const Visit* visit_ = nullptr;

  std::string term_;         // the word at hand, folded
  std::vector<Part> parts_;  // its humps; empty: there is no word
  std::size_t uppers_ = 0;   // capitals in a row before
  std::size_t lowers_ = 0;   // others in a row behind them
  Part last_upper_{};

  std::string pair_;           // of an unspaced run: its last character; empty: there is no run
  std::size_t pair_from_ = 0;  // where that stands in the text
  bool has_pair_ = false;
};

}  // namespace aureacore::search
