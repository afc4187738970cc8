// Proof: what a webhook brings along to show that its sender knows a secret, and whether it does. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hooks/secret.h"
#include "hooks/sender.h"

namespace aureacore::hooks {

enum class Finding : std::uint8_t {
  none,   // nothing is shown
  right,  // by one of the secrets
  wrong,  // by none of them; or it can't be read, or there are two
  old,    // right, but signed too long ago, or in the future
};

class Proof {
 public:
  // How far a signed time may be from ours.
  static constexpr std::chrono::minutes tolerance{5};
  // Of a header with several signatures, those that are looked at.
  static constexpr std::size_t max_signatures = 8;

  // Views into the request.
  static Proof read(const Request& request, Sender sender);

  // Whether anything is shown at all. An empty signature is none: that is what some send where no secret is set.
  [[nodiscard]] bool shown() const { return form_ != Form::none; }
  // By any of these secrets, now.
  [[nodiscard]] Finding check(std::span<const Secret> secrets, base::WallTime now) const;
  // Whether the delivery's id is signed, too.
  [[nodiscard]] bool covers_id() const { return form_ == Form::standard; }

 private:
  enum class Form : std::uint8_t { none, broken, hexadecimal, standard, password };

  void read_signature(const Request& request, std::string_view header, bool bare);
  void read_standard(const Request& request);
  void read_password(const Request& request, std::string_view header);
  void read_authorization(const Request& request);
  [[nodiscard]] bool is_right(const Secret& secret) const;

  Form form_ = Form::none;
  Digest digest_ = Digest::sha256;
  std::string_view body_;
  std::vector<std::string_view> signatures_;
  std::string password_;
  std::string signed_;  // what standard signatures are of
  std::uint64_t time_ = 0;
};

}  // namespace aureacore::hooks
