// The answers that a webhook gets.
#pragma once

#include <string>
#include <string_view>

#include "api/worker.h"
#include "hooks/judge.h"

namespace aureacore::api {

struct Receipt {
  std::string_view result;  // "accepted", "ignored", "duplicate"
  std::string version;      // a token that contains what was pushed; empty: nothing was, and nothing is loaded yet
  bool served = false;      // it is what is served now
};

// 200 where it is served, else 202. Who has proven nothing is told nothing of sources.
void send_receipt(Call& call, const hooks::Verdict& verdict, const Receipt& receipt);
// 400 or 401.
void send_refusal(Call& call, const hooks::Verdict& verdict);

}  // namespace aureacore::api
