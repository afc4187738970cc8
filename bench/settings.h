// What a benchmark run was asked to do, and where its files lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace aureacore::bench {

struct Settings {
  std::filesystem::path binaries;  // folder of aureacore and aureacore_generate
  std::filesystem::path data;      // generated catalogs, kept from run to run
  std::filesystem::path scratch;   // of this run alone, removed with it
  std::vector<int> server_cpus = {0};
  std::vector<int> load_cpus = {1};
  int rounds = 5;
  double seconds = 2;  // per case and round
  bool quick = false;
  bool million = false;
  std::uint64_t seed = 1;
};

}  // namespace aureacore::bench
