#include "base/heap.h"

#ifdef AUREACORE_MIMALLOC
#include <mimalloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#endif

namespace aureacore::base {
namespace {

constexpr Duration first_sweep = std::chrono::seconds(1);
constexpr Duration last_sweep = std::chrono::minutes(1);
constexpr Duration patience = std::chrono::seconds(2);

#ifdef AUREACORE_MIMALLOC

// What the allocator takes from a region at a time, aligned to itself.
constexpr std::size_t segment_bytes = std::size_t{32} << 20;
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;
constexpr std::size_t largest_region = std::size_t{64} << 30;
// Until memory that a thread has freed goes back, milliseconds: longer than most loading.
constexpr long long_delay = 10'000;

// Whether addresses without memory behind them cost nothing here.
bool may_reserve() {
  rlimit addresses{};
  if (::getrlimit(RLIMIT_AS, &addresses) != 0 || addresses.rlim_cur != RLIM_INFINITY) return false;
  constexpr int never_more_than_there_is = 2;
  int overcommit = never_more_than_there_is;
  std::ifstream("/proc/sys/vm/overcommit_memory") >> overcommit;
  return overcommit != never_more_than_there_is;
}

// Addresses that nothing stands behind yet: as many as the machine has memory, within the limit. Empty where the system won't:
// memory then comes as it does otherwise.
std::span<std::byte> reserve_region() {
  if (!may_reserve()) return {};
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto pages = static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES));
  const std::size_t size =
      std::clamp(page * pages / segment_bytes, std::size_t{1}, largest_region / segment_bytes) * segment_bytes;
  std::size_t space = size + segment_bytes;
  void* begin = ::mmap(nullptr, space, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (begin == MAP_FAILED) return {};
  return {static_cast<std::byte*>(std::align(segment_bytes, size, begin, space)), size};
}

// Has the kernel map huge pages as small ones, which it does for a hint about a part of one. On some virtual machines look-ups take a
// tenth more processor time where pages are mapped huge.
void split_huge_pages(std::span<std::byte> region) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at < region.size(); at += huge_page_bytes) {
    static_cast<void>(::madvise(region.data() + at, page, MADV_COLD));
  }
}
#endif

void give_back() {
#ifdef AUREACORE_MIMALLOC
  mi_collect(true);
#endif
}

}  // namespace

// A page fault for each 4 KiB costs more than all the work of loading a catalog, above all in a virtual machine.
void LoadingHeap::begin() {
#ifdef AUREACORE_MIMALLOC
  region_ = reserve_region();
  if (!region_.empty()) {
    static_cast<void>(::madvise(region_.data(), region_.size(), MADV_HUGEPAGE));
    // Not committed, as far as it knows: so it gives back what is free in there.
    mi_manage_os_memory(region_.data(), region_.size(), false, false, true, -1);
  }
  usual_delay_ = mi_option_get(mi_option_decommit_delay);
  mi_option_set(mi_option_decommit_delay, long_delay);
  mi_option_set_enabled(mi_option_abandoned_page_decommit,
                        true);  // what threads that end leave goes back at once, and ever after
#endif
}

void LoadingHeap::end() {
#ifdef AUREACORE_MIMALLOC
  mi_option_set(mi_option_decommit_delay, usual_delay_);
  give_back();
  if (region_.empty()) return;
  // Otherwise the kernel would make huge pages of what was given back in part.
  static_cast<void>(::madvise(region_.data(), region_.size(), MADV_NOHUGEPAGE));
  split_huge_pages(region_);
#endif
}

void HeapSweeper::expect(SteadyTime now) {
  expected_ = now;
  due_ = now + first_sweep;
}

bool HeapSweeper::sweep(SteadyTime now, bool has_worked) {
  if (now < due_ || (!has_worked && now - due_ < patience)) return false;
  give_back();
  due_ = now - expected_ < last_sweep ? now + 3 * (now - expected_) : SteadyTime::max();
  return true;
}

}  // namespace aureacore::base
