#include "base/result.h"

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
    case Code::corrupt:
      return "corrupt";
    case Code::denied:
      return "denied";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace aureacore::base
