// Hints: says when sources are to be checked for those who can't prove that something has changed: each once in a while at most,
// however many ask; who asks in between shares the next check. One owner, one thread; time is an argument.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace aureacore::hooks {

class Hints {
 public:
  // Between two checks of a source.
  static constexpr base::Duration spacing = std::chrono::seconds(1);

  void want(std::string_view source, base::SteadyTime now);
  // The sources to be checked now.
  std::vector<std::string> take_due(base::SteadyTime now);
  // When there may be some; the end of time: never.
  [[nodiscard]] base::SteadyTime next_due() const;

 private:
  struct State {
    bool wanted = false;
    base::SteadyTime due;  // the next check may begin
  };
  std::map<std::string, State, std::less<>> sources_;  // wanted, or checked within the spacing
};

}  // namespace aureacore::hooks
