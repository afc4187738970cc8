#include "cache/lmdb.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <mutex>
#include <system_error>
#include <utility>

namespace aureacore::cache {
namespace {

namespace fs = std::filesystem;
using base::Code;

constexpr std::array<const char*, Lmdb::table_count> names{"parts", "expiries", "meta"};

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): LMDB only reads it
MDB_val value_of(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }
std::string_view view_of(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }

// The file makes no sense, as opposed to a disk that is full or away.
bool is_broken(int code) {
  constexpr std::array others{MDB_MAP_FULL, MDB_READERS_FULL, MDB_TXN_FULL, MDB_PANIC};
  return code == EINVAL || (code < 0 && std::ranges::find(others, code) == others.end());
}

std::string_view text_of(int code) { return mdb_strerror(code); }

}  // namespace

int Lmdb::Transaction::get(Table table, std::string_view key, std::string_view& value) {
  MDB_val wanted = value_of(key);
  MDB_val found{};
  const int code = mdb_get(handle_, tables_[static_cast<std::size_t>(table)], &wanted, &found);
  if (code == 0) value = view_of(found);
  return code;
}

int Lmdb::Transaction::put(Table table, std::string_view key, std::string_view value) {
  MDB_val where = value_of(key);
  MDB_val what = value_of(value);
  return mdb_put(handle_, tables_[static_cast<std::size_t>(table)], &where, &what, 0);
}

int Lmdb::Transaction::erase(Table table, std::string_view key) {
  MDB_val where = value_of(key);
  const int code = mdb_del(handle_, tables_[static_cast<std::size_t>(table)], &where, nullptr);
  return code == MDB_NOTFOUND ? 0 : code;
}

int Lmdb::Transaction::for_each(Table table, const std::function<int(std::string_view, std::string_view)>& visit) {
  MDB_cursor* cursor = nullptr;
  if (const int code = mdb_cursor_open(handle_, tables_[static_cast<std::size_t>(table)], &cursor); code != 0)
    return code;
  const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> closing(cursor, mdb_cursor_close);
  MDB_val key{};
  MDB_val value{};
  int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  while (code == 0) {
    if (code = visit(view_of(key), view_of(value)); code != 0) return code;
    code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

fs::path Lmdb::beside(std::string_view ending) const {
  fs::path path = options_.file;
  return path += ending;
}

base::Result<std::unique_ptr<Lmdb>> Lmdb::open(LmdbOptions options, const base::Log& log) {
  fs::path lock_file = options.file;
  lock_file += ".lock";
  const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    return base::fail(Code::unavailable, "expected to open {}, found: {}", lock_file.string(),
                      std::generic_category().message(errno));
  }
  std::unique_ptr<Lmdb> database(new Lmdb(std::move(options), log, lock));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return base::fail(Code::unavailable, "expected {} for this process alone, found it in use by another",
                      database->options_.file.string());
  }
  if (auto opened = database->open_or_begin_anew(); !opened) return std::unexpected(opened.error());
  return database;
}

Lmdb::~Lmdb() {
  close();
  ::close(lock_);
}

base::Status Lmdb::open_or_begin_anew() {
  const fs::path marker = beside(".opening");
  std::error_code error;
  if (fs::exists(marker, error)) set_aside("the process that opened it last did not come to the end of that");
  std::ofstream(marker).flush();
  int code = open_environment();
  if (is_broken(code)) {
    set_aside(text_of(code));
    code = open_environment();
  }
  fs::remove(marker, error);
  if (code == 0) return {};
  close();
  return base::fail(Code::unavailable, "expected to open {}, found: {}", options_.file.string(), text_of(code));
}

int Lmdb::open_environment() {
  ++openings_;
  if (const int code = mdb_env_create(&environment_); code != 0) return code;
  constexpr unsigned most_readers = 126;
  mdb_env_set_maxdbs(environment_, table_count);
  mdb_env_set_maxreaders(environment_, most_readers);
  std::error_code error;
  const auto size = fs::file_size(options_.file, error);
  map_bytes_ = std::max<std::size_t>(options_.initial_bytes, error ? 0 : size);
  mdb_env_set_mapsize(environment_, map_bytes_);
  // What was committed last may be lost with the machine; the file stays whole. It is a cache.
  constexpr unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NOMETASYNC;
  if (const int code = mdb_env_open(environment_, options_.file.c_str(), flags, 0600); code != 0) return code;
  if (const int code = check_size(); code != 0) return code;
  if (const int code = open_tables(); code != 0) return code;
  return walk();
}

// A file that was cut off would be read beyond its end.
int Lmdb::check_size() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(environment_, &info);
  mdb_env_stat(environment_, &stat);
  std::error_code error;
  const auto size = fs::file_size(options_.file, error);
  return !error && size / stat.ms_psize > info.me_last_pgno ? 0 : MDB_CORRUPTED;
}

int Lmdb::open_tables() {
  MDB_txn* handle = nullptr;
  if (const int code = mdb_txn_begin(environment_, nullptr, 0, &handle); code != 0) return code;
  for (std::size_t i = 0; i < table_count; ++i) {
    if (const int code = mdb_dbi_open(handle, names[i], MDB_CREATE, &tables_[i]); code != 0) {
      mdb_txn_abort(handle);
      return code;
    }
  }
  return mdb_txn_commit(handle);
}

// Touches every key and both ends of every value.
int Lmdb::walk() {
  return attempt(MDB_RDONLY, [](Transaction& transaction) {
    volatile char sum = 0;
    for (const Table table : {Table::parts, Table::expiries, Table::meta}) {
      const int code = transaction.for_each(table, [&](std::string_view key, std::string_view value) {
        if (key.empty()) return MDB_CORRUPTED;
        if (!value.empty()) sum = static_cast<char>(sum + key.back() + value.front() + value.back());
        return 0;
      });
      if (code != 0) return code;
    }
    return 0;
  });
}

void Lmdb::close() {
  if (environment_ != nullptr) mdb_env_close(environment_);
  environment_ = nullptr;
}

void Lmdb::set_aside(std::string_view why) {
  close();
  std::error_code error;
  fs::rename(options_.file, beside(".broken"), error);
  if (error) fs::remove(options_.file, error);
  fs::remove(beside("-lock"), error);
  log_.warning("cache file set aside", {{"file", options_.file.string()}, {"reason", why}});
}

int Lmdb::attempt(unsigned flags, const Work& work) {
  if (environment_ == nullptr) return MDB_PANIC;
  MDB_txn* handle = nullptr;
  if (const int code = mdb_txn_begin(environment_, nullptr, flags, &handle); code != 0) return code;
  Transaction transaction(handle, tables_);
  const int code = work(transaction);
  if (code == 0 && (flags & MDB_RDONLY) == 0) return mdb_txn_commit(handle);
  mdb_txn_abort(handle);
  return code;
}

int Lmdb::grow(std::size_t from) {
  const std::unique_lock alone(mutex_);
  if (environment_ == nullptr || map_bytes_ != from) return 0;  // another thread was here
  if (from >= options_.max_bytes) return MDB_MAP_FULL;
  map_bytes_ = std::min(2 * from, options_.max_bytes);
  return mdb_env_set_mapsize(environment_, map_bytes_);
}

base::Status Lmdb::run(unsigned flags, const Work& work) {
  for (;;) {
    std::size_t map_bytes = 0;
    std::uint64_t opening = 0;
    int code = 0;
    {
      const std::shared_lock shared(mutex_);
      map_bytes = map_bytes_;
      opening = openings_;
      code = attempt(flags, work);
    }
    if (code == 0) return {};
    if (code != MDB_MAP_FULL) return failed(code, opening);
    if (code = grow(map_bytes); code != 0) return failed(code, opening);
  }
}

// After some failures LMDB wants the file to be opened anew; a broken one is left behind.
base::Status Lmdb::failed(int code, std::uint64_t opening) {
  const bool broken = is_broken(code);
  if (broken || code == MDB_PANIC) {
    const std::unique_lock alone(mutex_);
    if (opening == openings_) {  // otherwise another thread was here
      if (broken) set_aside(text_of(code));
      close();
      if (auto opened = open_or_begin_anew(); !opened) return opened;
    }
  }
  return base::fail(broken ? Code::corrupt : Code::unavailable, "cache file {}: {}", options_.file.string(),
                    text_of(code));
}

base::Status Lmdb::read(const Work& work) { return run(MDB_RDONLY, work); }
base::Status Lmdb::write(const Work& work) { return run(0, work); }

}  // namespace aureacore::cache
