#include "search/searcher.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "search/typos.h"

namespace aureacore::search {
namespace {

using WholeName = Query::WholeName;
using Weights = std::array<float, Fields::count>;

// By field. The best one counts, and a little of the others, so that of two documents alike the one with more wins.
constexpr std::array<float, field_count> field_weights{40, 20, 8, 8, 4, 1};
constexpr float others_share = 0.05F;
constexpr float whole_name_weight = 400;

// A longer word that begins with the term is worth more the less it has besides.
constexpr float prefix_quality = 0.56F;
constexpr float completeness_quality = 0.14F;
constexpr float typo_quality = 0.4F;
constexpr float prefix_typo_quality = 0.3F;
// Where some documents have the word as written: then even what is a name whole but for a typo comes behind an annotation
// without.
constexpr float misplaced_typo_share = 0.003F;
// So many are worth sorting, so that long lists are read near them alone.
constexpr std::size_t few_candidates = 256;

// A beginning with a typo in it must be this long to mean anything.
constexpr std::size_t min_prefix_typo_characters = 6;

constexpr float weigh(Fields fields, WholeName whole_name) {
  float best = 0;
  float sum = 0;
  const auto count = [&](float weight) {
    best = std::max(best, weight);
    sum += weight;
  };
  for (std::size_t i = 0; i < field_count; ++i) {
    if (whole_name != WholeName::alone && fields.has(static_cast<Field>(i))) count(field_weights[i]);
  }
  if (fields.is_whole_name()) count(whole_name == WholeName::as_name ? field_weights[0] : whole_name_weight);
  return best + (sum - best) * others_share;
}

constexpr Weights make_weights(WholeName whole_name) {
  Weights weights{};
  for (std::size_t bits = 0; bits < weights.size(); ++bits) {
    weights[bits] = weigh(Fields(static_cast<std::uint8_t>(bits)), whole_name);
  }
  return weights;
}

constexpr std::array<Weights, 3> all_weights{make_weights(WholeName::as_name), make_weights(WholeName::more),
                                             make_weights(WholeName::alone)};

bool is_number(std::string_view term) {
  return std::ranges::all_of(term, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_allowed(std::uint32_t document, std::span<const std::uint64_t> allowed) {
  return allowed.empty() || ((allowed[document / 64] >> (document % 64)) & 1) != 0;
}

}  // namespace

template <class Visit>
void Searcher::for_each_expansion(const Index& index, const Beginning& beginning, const Visit& visit) {
  Dictionary::Cursor cursor(index.dictionary());
  const std::string& text = beginning.text;
  for (cursor.seek(text); !cursor.at_end() && cursor.term().starts_with(text); cursor.next()) {
    const bool is_whole = cursor.term().size() == text.size();
    if (!is_whole && beginning.longer == 0) return;
    const float ratio = static_cast<float>(text.size()) / static_cast<float>(cursor.term().size());
    visit(cursor.postings(), is_whole ? beginning.whole : beginning.longer + beginning.completeness * ratio);
  }
}

Searcher::Term Searcher::expand(const Index& index, const std::string& text, bool as_prefix, bool with_typos) {
  Term term;
  const auto add = [&](Beginning beginning) {
    for_each_expansion(index, beginning,
                       [&](const PostingView& postings, float) { term.documents += postings.count(); });
    term.beginnings.push_back(std::move(beginning));
  };
  add({.text = text, .longer = as_prefix ? prefix_quality : 0, .completeness = completeness_quality});
  const std::size_t characters = count_characters(text);
  if (with_typos && term.documents < enough_documents && characters >= min_typo_characters && !is_number(text)) {
    const float share = term.documents == 0 ? 1 : misplaced_typo_share;
    const float longer = as_prefix && characters >= min_prefix_typo_characters ? prefix_typo_quality : 0;
    for (const std::string& meant : one_typo_away(index.dictionary(), text)) {
      if (!meant.starts_with(text)) add({.text = meant, .whole = share * typo_quality, .longer = share * longer});
    }
  }
  const auto all = static_cast<double>(index.documents());
  const double having = std::clamp(static_cast<double>(term.documents), 1.0, std::max(1.0, all));
  term.rarity = static_cast<float>(1 + std::log(1 + all / having));
  return term;
}

void Searcher::take(const Index& index, const Term& term, std::uint8_t before, WholeName whole_name,
                    std::span<const std::uint64_t> allowed) {
  const Weights& weights = all_weights[static_cast<std::size_t>(whole_name)];
  const bool few = before > 0 && candidates_.size() <= few_candidates;
  if (few) std::ranges::sort(candidates_);
  const auto take_all = [&](const PostingView& postings, float quality) {
    const float factor = term.rarity * quality;
    const auto count = [&](Posting posting) {
      const float score = weights[posting.fields.bits()] * factor;
      State& state = states_[posting.document];
      if (state.matched == before && score > 0) {
        if (before == 0) {
          if (!is_allowed(posting.document, allowed)) return;
          candidates_.push_back(posting.document);
          state.sum = state.best = 0;
          state.fields = {};
        }
        state.matched = before + 1;
        state.sum += state.best;
        state.best = score;
        state.fields.add(posting.fields);
      } else if (state.matched == before + 1) {
        state.best = std::max(state.best, score);
        state.fields.add(posting.fields);
      }
    };
    if (few) {
      postings.for_each_near(candidates_, count);
    } else {
      postings.for_each(count);
    }
  };
  for (const Beginning& beginning : term.beginnings) for_each_expansion(index, beginning, take_all);
}

void Searcher::collect(std::uint8_t terms, bool adds) {
  for (const std::uint32_t document : candidates_) {
    State& state = states_[document];
    if (state.matched == terms) {
      if (state.hit == 0) {
        hits_.push_back({.document = document, .score = 0, .fields = {}});
        state.hit = static_cast<std::uint32_t>(hits_.size());
      }
      Hit& hit = hits_[state.hit - 1];
      const float score = state.sum + state.best;
      hit.score = adds ? hit.score + score : std::max(hit.score, score);
      hit.fields.add(state.fields);
    }
    state.matched = 0;
  }
  candidates_.clear();
}

void Searcher::run(const Index& index, const Query::Alternative& alternative, std::span<const std::uint64_t> allowed) {
  std::vector<Term> terms;
  for (const std::string& text : alternative.terms) {
    // A letter somewhere in a query is the beginning of too much; at the end it is a word that is still being typed.
    const bool as_prefix = text.size() > 1 || &text == &alternative.terms.back();
    terms.push_back(expand(index, text, as_prefix, alternative.whole_name != WholeName::alone));
    if (terms.back().documents == 0) return;
  }
  // The rarest first: only what has it is looked at further.
  std::vector<const Term*> order;
  order.reserve(terms.size());
  for (const Term& term : terms) order.push_back(&term);
  std::ranges::sort(order, {}, [](const Term* term) { return std::pair(term->documents, term); });
  std::uint8_t taken = 0;
  for (const Term* term : order) take(index, *term, taken++, alternative.whole_name, allowed);
  collect(taken, alternative.whole_name == WholeName::alone);
}

std::span<const Hit> Searcher::search(const Index& index, const Query& query, std::size_t room,
                                      std::span<const std::uint64_t> allowed) {
  for (const Hit& hit : hits_) states_[hit.document].hit = 0;
  hits_.clear();
  if (states_.size() < room) states_.resize(room);
  for (const Query::Alternative& alternative : query.alternatives) run(index, alternative, allowed);
  return hits_;
}

}  // namespace aureacore::search
