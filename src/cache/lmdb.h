// Lmdb: one LMDB file with our few tables, opened for this process alone, and opened anew by itself when it turns out to
// be broken. Thread safe; calls block on the disk.
//
// LMDB trusts its file: pages that make no sense can end the process. So opening goes through all keys while a marker file
// stands beside it; whoever finds the marker left over knows that the last one who opened died of it (or of something
// else in that moment), and sets the file aside. A file that is refused or was cut off is set aside as well. What was set
// aside last is kept as `<file>.broken`, for whoever wants to know.
#pragma once

#include <lmdb.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string_view>

#include "base/log.h"
#include "base/result.h"

namespace aureacore::cache {

struct LmdbOptions {
  std::filesystem::path file;
  std::size_t initial_bytes = std::size_t{16} << 20;  // the file may grow to so much before the map does
  std::size_t max_bytes = std::size_t{64} << 30;
};

class Lmdb {
 public:
  enum class Table : std::uint8_t { parts, expiries, meta };
  static constexpr std::size_t table_count = 3;

  // What is done in a transaction. Gives LMDB's code: 0, or why the transaction is to be given up.
  class Transaction;
  using Work = std::function<int(Transaction&)>;

  // Errors: unavailable (another process has it, or the disk).
  static base::Result<std::unique_ptr<Lmdb>> open(LmdbOptions options, const base::Log& log);
  ~Lmdb();
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;

  base::Status read(const Work& work);
  // All of it or nothing. The work is done again where the map had to grow. Errors: unavailable (the disk or the limit is
  // full), corrupt (begun anew; the next call finds an empty one).
  base::Status write(const Work& work);

 private:
  Lmdb(LmdbOptions options, const base::Log& log, int lock) : options_(std::move(options)), log_(log), lock_(lock) {}

  [[nodiscard]] std::filesystem::path beside(std::string_view ending) const;
  base::Status open_or_begin_anew();
  int open_environment();
  int open_tables();
  [[nodiscard]] int check_size() const;
  int walk();
  void close();
  void set_aside(std::string_view why);

  base::Status run(unsigned flags, const Work& work);
  int attempt(unsigned flags, const Work& work);
  int grow(std::size_t from);
  base::Status failed(int code, std::uint64_t opening);

  const LmdbOptions options_;
  const base::Log& log_;
  const int lock_;           // descriptor of the locked file
  std::shared_mutex mutex_;  // shared: in a transaction; alone: opens, closes, grows
  MDB_env* environment_ = nullptr;
  std::array<MDB_dbi, table_count> tables_{};
  std::size_t map_bytes_ = 0;
  std::uint64_t openings_ = 0;
};

class Lmdb::Transaction {
 public:
  // MDB_NOTFOUND where there is none. The value is valid until the transaction ends or writes.
  int get(Table table, std::string_view key, std::string_view& value);
  int put(Table table, std::string_view key, std::string_view value);
  // No effect where there is none.
  int erase(Table table, std::string_view key);
  // visit(key, value) in order until it gives another code than 0, which is given back.
  int for_each(Table table, const std::function<int(std::string_view key, std::string_view value)>& visit);

 private:
  friend class Lmdb;
  Transaction(MDB_txn* handle, const std::array<MDB_dbi, table_count>& tables) : handle_(handle), tables_(tables) {}

  MDB_txn* handle_;
  const std::array<MDB_dbi, table_count>& tables_;
};

}  // namespace aureacore::cache
