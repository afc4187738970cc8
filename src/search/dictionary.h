// Dictionary: the terms of an index in order, each with its postings; a persistent B+ tree of two levels.
//
// A leaf is a run of terms as bytes, each written as what it adds to the one before. Changes come all at once and sorted:
// the leaves that they touch are written anew, the rest is shared with the dictionary before. Any number of threads
// read any version meanwhile.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/changes.h"
#include "search/postings.h"

namespace aureacore::search {

class Dictionary {
 private:
  struct Leaf : boost::intrusive_ref_counter<Leaf> {
    // For each term: how many bytes it shares with the one before, how many it adds, these; then twice the size of its
    // postings and those, or 1 where they are the next of `lists`.
    std::string bytes;
    std::vector<PostingsPtr> lists;
  };
  struct Twig {
    std::string first;  // no term of the leaf is smaller, and all of the leaf before are
    boost::intrusive_ptr<const Leaf> leaf;
  };
  struct Branch : boost::intrusive_ref_counter<Branch> {
    std::vector<Twig> twigs;  // not empty
  };
  using BranchPtr = boost::intrusive_ptr<const Branch>;

 public:
  // A place in the order of the terms. Valid as long as its dictionary.
  class Cursor {
   public:
    explicit Cursor(const Dictionary& dictionary) : dictionary_(&dictionary) {}

    // The first term that is not smaller.
    void seek(std::string_view term);
    void next();
    [[nodiscard]] bool at_end() const { return leaf_ == nullptr; }
    [[nodiscard]] std::string_view term() const { return term_; }
    [[nodiscard]] PostingView postings() const { return postings_; }

   private:
    void open(std::size_t branch, std::size_t twig);
    void seek_in(std::size_t branch, std::size_t twig, std::string_view wanted);

    const Dictionary* dictionary_;
    std::size_t branch_ = 0;
    std::size_t twig_ = 0;
    const Leaf* leaf_ = nullptr;
    std::string_view rest_;  // of the leaf
    std::size_t list_ = 0;   // its next one
    std::string term_;
    PostingView postings_;
  };

  // Terms without postings left are gone.
  void apply(std::span<const Changes::Term> changes);

  // Bytes that it takes, about; for tests and measurements.
  [[nodiscard]] std::size_t memory() const;

 private:
  class LeafWriter;
  struct Entry;
  struct LeafReader;

  static void rewrite(const Leaf* leaf, std::string_view first, std::span<const Changes::Term> changes,
                      std::vector<Twig>& out);
  static void rewrite(const Branch& branch, std::span<const Changes::Term> changes, std::vector<BranchPtr>& out);

  std::vector<BranchPtr> branches_;
};

}  // namespace aureacore::search
