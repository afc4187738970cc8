// Relations between entities. Each type has an inverse: what one entity's document says, the other entity shows too.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::entity {

enum class RelationType : std::uint8_t {
  api_consumed_by,
  api_provided_by,
  child_of,
  consumes_api,
  dependency_of,
  depends_on,
  has_member,
  has_part,
  member_of,
  owned_by,
  owner_of,
  parent_of,
  part_of,
  provides_api,
};

// "apiConsumedBy" and so on. The enumerators are in the order of these names.
std::string_view name(RelationType type);
RelationType inverse(RelationType type);

// "this entity --type--> target": target is a canonical reference, whether or not it exists.
struct Relation {
  RelationType type;
  std::string target;

  friend auto operator<=>(const Relation&, const Relation&) = default;
};

// A relation whose target's text somebody else holds.
struct RelationView {
  RelationType type;
  std::string_view target;

  friend auto operator<=>(const RelationView&, const RelationView&) = default;
};

// What one definition says: sorted by type, then target, each once. In one piece of memory, since every entity has some.
class Relations {
 public:
  class Iterator {
   public:
    using value_type = RelationView;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(const char* at) : at_(at) {}
    // Valid as long as the relations are.
    RelationView operator*() const;
    Iterator& operator++();
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const char* at_ = nullptr;
  };

  Relations() = default;
  // In any order, repetitions allowed.
  static Relations of(std::vector<RelationView> relations);
  static Relations of(std::span<const Relation> relations);

  [[nodiscard]] Iterator begin() const { return Iterator(bytes_.data()); }
  [[nodiscard]] Iterator end() const { return Iterator(bytes_.data() + bytes_.size()); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  friend bool operator==(const Relations&, const Relations&) = default;

 private:
  std::string bytes_;  // of each: its type, the size of its target (seven bits a byte, the last below 128), the target
  std::size_t size_ = 0;
};

}  // namespace aureacore::entity
