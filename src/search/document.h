// Document: the texts that one entity is found by, each with the field it stands in; and Fields, a set of such fields.
// Values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace aureacore::search {

// In order of weight.
enum class Field : std::uint8_t { name, title, tags, owner, description, annotations };
constexpr std::size_t field_count = 6;

// As clients see it: where in an entity the text stands.
std::string_view name(Field field);

struct Piece {
  Field field = Field::name;
  std::string_view text;
};

// Longer documents are indexed up to here, in the order of their pieces.
constexpr std::size_t max_document_bytes = 16 << 10;
using Document = std::vector<Piece>;
// A document that was cut has this term, in the fields of which a part is missing. No text has it.
constexpr std::string_view cut_mark = "\n";

// The fields of a document that have a term. One more bit says that the term is the name whole: "order-service" has the
// terms order, service, and orderservice, which is the name.
class Fields {
 public:
  constexpr Fields() = default;
  constexpr explicit Fields(std::uint8_t bits) : bits_(bits) {}
  static constexpr std::size_t count = 1 << (field_count + 1);  // of all sets

  [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool has(Field field) const { return (bits_ & bit(field)) != 0; }
  [[nodiscard]] constexpr bool is_whole_name() const { return (bits_ & whole_name_bit) != 0; }
  constexpr void add(Field field) { bits_ |= bit(field); }
  constexpr void add_whole_name() { bits_ |= whole_name_bit; }
  constexpr void add(Fields other) { bits_ |= other.bits_; }
  friend constexpr bool operator==(Fields, Fields) = default;

 private:
  static constexpr std::uint8_t whole_name_bit = 1 << field_count;
  static constexpr std::uint8_t bit(Field field) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(field));
  }

  std::uint8_t bits_ = 0;
};

}  // namespace aureacore::search
