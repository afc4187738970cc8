#include "search/dictionary.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace aureacore::search {
namespace {

// Leaves are made this large, and may grow to the other size before they are cut; neighbours that fit into half a leaf
// become one. The same for branches, counted in leaves.
constexpr std::size_t leaf_bytes = 1'024;
constexpr std::size_t max_leaf_bytes = 2 * leaf_bytes;
constexpr std::size_t branch_leaves = 64;
constexpr std::size_t max_branch_leaves = 2 * branch_leaves;
constexpr unsigned list_mark = 1;

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto end = std::ranges::mismatch(a, b).in1;
  return static_cast<std::size_t>(end - a.begin());
}

std::size_t take_byte(std::string_view& bytes) {
  const auto byte = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return byte;
}

std::string_view take(std::string_view& bytes, std::size_t size) {
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

static_assert(2 * max_short_bytes <= 255 && max_term_bytes <= 255);

}  // namespace

// One entry of a leaf as it stands there.
struct Dictionary::Entry {
  std::size_t shared = 0;
  std::string_view suffix;
  PostingView postings;

  static Entry take(std::string_view& rest, const Leaf& leaf, std::size_t& list) {
    Entry entry;
    entry.shared = take_byte(rest);
    const std::size_t size = take_byte(rest);
    entry.suffix = search::take(rest, size);
    const std::size_t head = take_byte(rest);
    if (head == list_mark) {
      entry.postings.list = leaf.lists[list++].get();
    } else {
      entry.postings.bytes = search::take(rest, head / 2);
    }
    return entry;
  }
};

struct Dictionary::LeafReader {
  explicit LeafReader(const Leaf* read) : leaf(read), rest(read == nullptr ? std::string_view{} : read->bytes) {}

  bool next() {
    if (rest.empty()) return false;
    const Entry entry = Entry::take(rest, *leaf, list);
    term.resize(entry.shared);
    term.append(entry.suffix);
    postings = entry.postings;
    return true;
  }

  const Leaf* leaf;
  std::string_view rest;
  std::size_t list = 0;
  std::string term;
  PostingView postings;
};

class Dictionary::LeafWriter {
 public:
  LeafWriter(std::vector<Twig>& out, std::string_view first, std::size_t limit)
      : out_(out), first_(first), limit_(limit) {}

  void put(std::string_view term, std::string_view bytes, PostingsPtr list) {
    if (leaf_ == nullptr) begin(term);
    const std::size_t shared = common_prefix(last_, term);
    leaf_->bytes.push_back(static_cast<char>(shared));
    leaf_->bytes.push_back(static_cast<char>(term.size() - shared));
    leaf_->bytes.append(term.substr(shared));
    if (list != nullptr) {
      leaf_->bytes.push_back(static_cast<char>(list_mark));
      leaf_->lists.push_back(std::move(list));
    } else {
      leaf_->bytes.push_back(static_cast<char>(2 * bytes.size()));
      leaf_->bytes.append(bytes);
    }
    last_ = term;
    if (leaf_->bytes.size() >= limit_) flush();
  }

  void put(std::string_view term, const PostingView& postings) {
    put(term, postings.bytes, PostingsPtr(postings.list));
  }

  void flush() {
    if (leaf_ == nullptr) return;
    leaf_->bytes.shrink_to_fit();
    leaf_->lists.shrink_to_fit();
    out_.push_back({std::move(first_), std::move(leaf_)});
    leaf_ = nullptr;
  }

 private:
  void begin(std::string_view term) {
    leaf_.reset(new Leaf);
    leaf_->bytes.reserve(std::min(limit_, max_leaf_bytes) + max_leaf_bytes / 8);
    last_.clear();
    if (began_ || term < first_) first_ = term;
    began_ = true;
  }

  std::vector<Twig>& out_;
  std::string first_;
  std::size_t limit_;
  boost::intrusive_ptr<Leaf> leaf_;
  std::string last_;
  bool began_ = false;
};

void Dictionary::rewrite(const Leaf* leaf, std::string_view first, std::span<const Changes::Term> changes,
                         std::vector<Twig>& out) {
  std::size_t size = leaf == nullptr ? 0 : leaf->bytes.size();
  for (const auto& [term, postings] : changes) size += term.size() + std::min(postings.size(), max_short_bytes);
  LeafWriter writer(out, first, size <= max_leaf_bytes ? std::numeric_limits<std::size_t>::max() : leaf_bytes);
  const auto put_merged = [&](const PostingView& before, const Changes::Term& change) {
    MergedPostings merged = merge(before, change.postings);
    if (!merged.empty()) writer.put(change.term, merged.bytes, std::move(merged.list));
  };
  auto change = changes.begin();
  LeafReader reader(leaf);
  while (reader.next()) {
    for (; change != changes.end() && change->term < reader.term; ++change) put_merged({}, *change);
    if (change != changes.end() && change->term == reader.term) {
      put_merged(reader.postings, *change++);
    } else {
      writer.put(reader.term, reader.postings);
    }
  }
  for (; change != changes.end(); ++change) put_merged({}, *change);
  writer.flush();
}

namespace {

// The first changes, up to those that belong to what begins with `end`.
std::span<const Changes::Term> take_before(std::span<const Changes::Term>& changes, const std::string* end) {
  const auto at = end == nullptr ? changes.end() : std::ranges::lower_bound(changes, *end, {}, &Changes::Term::term);
  const auto taken = changes.first(static_cast<std::size_t>(at - changes.begin()));
  changes = changes.subspan(taken.size());
  return taken;
}

}  // namespace

void Dictionary::rewrite(const Branch& branch, std::span<const Changes::Term> changes, std::vector<BranchPtr>& out) {
  std::vector<Twig> twigs;
  for (std::size_t i = 0; i < branch.twigs.size(); ++i) {
    const Twig& twig = branch.twigs[i];
    const auto its = take_before(changes, i + 1 < branch.twigs.size() ? &branch.twigs[i + 1].first : nullptr);
    if (its.empty()) {
      twigs.push_back(twig);
    } else {
      rewrite(twig.leaf.get(), twig.first, its, twigs);
    }
    if (twigs.size() < 2) continue;
    Twig& last = twigs.back();
    Twig& before = twigs[twigs.size() - 2];
    if (before.leaf->bytes.size() + last.leaf->bytes.size() > leaf_bytes / 2) continue;
    std::vector<Twig> joined;
    LeafWriter writer(joined, before.first, max_leaf_bytes);
    for (const Twig* each : {&before, &last}) {
      for (LeafReader reader(each->leaf.get()); reader.next();) writer.put(reader.term, reader.postings);
    }
    writer.flush();
    twigs.pop_back();
    twigs.back() = std::move(joined.front());
  }
  if (twigs.empty()) return;
  if (!out.empty() && out.back()->twigs.size() + twigs.size() <= branch_leaves / 2) {
    twigs.insert(twigs.begin(), out.back()->twigs.begin(), out.back()->twigs.end());
    out.pop_back();
  }
  const std::size_t size = twigs.size() <= max_branch_leaves ? twigs.size() : branch_leaves;
  for (std::size_t from = 0; from < twigs.size(); from += size) {
    boost::intrusive_ptr<Branch> fresh(new Branch);
    const auto begin = std::make_move_iterator(twigs.begin() + static_cast<std::ptrdiff_t>(from));
    fresh->twigs.assign(begin, begin + static_cast<std::ptrdiff_t>(std::min(size, twigs.size() - from)));
    out.emplace_back(std::move(fresh));
  }
}

void Dictionary::apply(std::span<const Changes::Term> changes) {
  if (changes.empty()) return;
  if (branches_.empty()) {
    boost::intrusive_ptr<Branch> root(new Branch);
    root->twigs.push_back({{}, boost::intrusive_ptr<const Leaf>(new Leaf)});
    branches_.emplace_back(std::move(root));
  }
  std::vector<BranchPtr> fresh;
  fresh.reserve(branches_.size());
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    const auto its = take_before(changes, i + 1 < branches_.size() ? &branches_[i + 1]->twigs.front().first : nullptr);
    if (its.empty()) {
      fresh.push_back(branches_[i]);
    } else {
      rewrite(*branches_[i], its, fresh);
    }
  }
  branches_ = std::move(fresh);
}

std::size_t Dictionary::memory() const {
  std::size_t sum = branches_.capacity() * sizeof(BranchPtr);
  for (const BranchPtr& branch : branches_) {
    sum += sizeof(Branch) + branch->twigs.capacity() * sizeof(Twig);
    for (const Twig& twig : branch->twigs) {
      sum += sizeof(Leaf) + twig.leaf->bytes.capacity() + twig.leaf->lists.capacity() * sizeof(PostingsPtr);
      for (const PostingsPtr& list : twig.leaf->lists) {
        sum += sizeof(Postings) + list->parts.capacity() * sizeof(Postings::Part);
        for (const Postings::Part& part : list->parts) sum += sizeof(Chunk) + part.chunk->bytes.capacity();
      }
    }
  }
  return sum;
}

void Dictionary::Cursor::open(std::size_t branch, std::size_t twig) {
  branch_ = branch;
  twig_ = twig;
  leaf_ = dictionary_->branches_[branch]->twigs[twig].leaf.get();
  rest_ = leaf_->bytes;
  list_ = 0;
  term_.clear();
}

void Dictionary::Cursor::next() {
  if (rest_.empty()) {
    if (twig_ + 1 < dictionary_->branches_[branch_]->twigs.size()) {
      open(branch_, twig_ + 1);
    } else if (branch_ + 1 < dictionary_->branches_.size()) {
      open(branch_ + 1, 0);
    } else {
      leaf_ = nullptr;
      return;
    }
  }
  const Entry entry = Entry::take(rest_, *leaf_, list_);
  term_.resize(entry.shared);
  term_.append(entry.suffix);
  postings_ = entry.postings;
}

void Dictionary::Cursor::seek(std::string_view term) {
  leaf_ = nullptr;
  const auto& branches = dictionary_->branches_;
  if (branches.empty()) return;
  const auto first_of_branch = [](const BranchPtr& branch) { return std::string_view(branch->twigs.front().first); };
  const auto first_of_twig = [](const Twig& twig) { return std::string_view(twig.first); };
  // What begins with the greatest term that is not behind the one wanted; before all others, the first.
  const auto behind = [](std::size_t upper) { return upper == 0 ? 0 : upper - 1; };
  const auto branch = behind(
      static_cast<std::size_t>(std::ranges::upper_bound(branches, term, {}, first_of_branch) - branches.begin()));
  const auto& twigs = branches[branch]->twigs;
  const auto twig =
      behind(static_cast<std::size_t>(std::ranges::upper_bound(twigs, term, {}, first_of_twig) - twigs.begin()));
  seek_in(branch, twig, term);
}

// What a term shares with the one before says how it compares, so that few are looked at.
void Dictionary::Cursor::seek_in(std::size_t branch, std::size_t twig, std::string_view wanted) {
  open(branch, twig);
  std::size_t matched = 0;  // bytes of `wanted` that the term before has; it is smaller
  while (!rest_.empty()) {
    const Entry entry = Entry::take(rest_, *leaf_, list_);
    if (entry.shared > matched) continue;
    const std::string_view tail = wanted.substr(matched);
    if (entry.shared == matched && entry.suffix < tail) {
      matched += common_prefix(entry.suffix, tail);
      continue;
    }
    term_ = wanted.substr(0, entry.shared);
    term_.append(entry.suffix);
    postings_ = entry.postings;
    return;
  }
  next();
}

}  // namespace aureacore::search
