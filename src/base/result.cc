#include "base/result.h"

#include <cerrno>

namespace aureacore::base {

std::string_view name(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::not_found:
      return "not_found";
    case Code::too_large:
      return "too_large";
    case Code::timeout:
      return "timeout";
    case Code::unavailable:
      return "unavailable";
    case Code::no_space:
      return "no_space";
    case Code::corrupt:
      return "corrupt";
    case Code::denied:
      return "denied";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

Code code_of(const std::error_code& error) {
  const bool full = error == std::errc::no_space_on_device || error == std::error_code(EDQUOT, std::generic_category());
  return full ? Code::no_space : Code::unavailable;
}

}  // namespace aureacore::base
