// validate(): what is wrong in one or more trees: each file by the rules of the descriptor format, Locations and
// placeholders within their tree, and what only shows when all are seen together: entities that are defined twice and
// references that lead nowhere.
//
// Reads through Tree alone. One thread; nothing is kept.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "validation/reader.h"
#include "validation/report.h"

namespace aureacore::validation {

using Paths = std::set<std::string, std::less<>>;

// A tree, and what of it is to be validated. The rest is read, too: references may lead there.
struct Input {
  Tree* tree = nullptr;
  std::filesystem::path root;  // for showing paths
  // Whether files are looked for at all, or only those named are read.
  bool discover = true;
  Paths files;    // whatever the globs say
  Paths folders;  // those in them that the globs choose; an empty path stands for the whole tree
};

struct Options {
  ReaderOptions reader;
  Paths known;                      // entities that are defined elsewhere: canonical references
  std::filesystem::path directory;  // that shown paths count from where they lie in it
  bool strict = false;
  std::string release;
};

Report validate(const Options& options, const std::vector<Input>& inputs);

}  // namespace aureacore::validation
