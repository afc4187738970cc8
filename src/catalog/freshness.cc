#include "catalog/freshness.h"

namespace aureacore::catalog {

std::string_view name(Degraded degraded) {
  switch (degraded) {
    case Degraded::no:
      return "";
    case Degraded::mirror:
      return "mirror";
    case Degraded::git_unreachable:
      return "git-unreachable";
    case Degraded::git_open:
      return "git-open";
    case Degraded::disk_full:
      return "disk-full";
    case Degraded::held:
      return "held";
  }
  return "";
}

}  // namespace aureacore::catalog
