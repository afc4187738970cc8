// TextArena: texts that live as long as all of them are needed, in chunks that never move.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::base {

class TextArena {
 public:
  TextArena() = default;
  TextArena(const TextArena&) = delete;  // what points into one would not point into the other
  TextArena& operator=(const TextArena&) = delete;
  TextArena(TextArena&&) = default;
  TextArena& operator=(TextArena&&) = default;
  ~TextArena() = default;

  // Valid until clear(), or as long as the arena, or the one that it was moved into.
  std::string_view keep(std::string_view text);
  void clear();

 private:
  std::vector<std::string> chunks_;  // none so short that its text would move with it
};

}  // namespace aureacore::base
