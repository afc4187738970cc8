#include "http/gzip.h"

#define ZLIB_CONST  // its input is not written to
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <span>
#include <string>

namespace aureacore::http {

namespace {

constexpr int level = 1;  // JSON shrinks to a tenth already; the next levels take twice the time for little
constexpr int gzip_format = 16;
constexpr int window_bits = 15;
constexpr int small_window_bits = 12;
constexpr std::size_t small_body = 1 << 12;
constexpr std::size_t room_at_once = 16 << 10;

// zlib's compressor, writing to an Output.
class Deflater {
 public:
  explicit Deflater(bool small) {
    const int bits = small ? small_window_bits : window_bits;
    const int memory = small ? 5 : 8;
    if (deflateInit2(&stream_, level, Z_DEFLATED, bits + gzip_format, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void write(std::string_view bytes, Output& out) {
    while (!bytes.empty()) {
      const auto count = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream_.next_in = reinterpret_cast<const Bytef*>(bytes.data());
      stream_.avail_in = static_cast<uInt>(count);
      run(Z_NO_FLUSH, out);
      bytes.remove_prefix(count);
    }
  }

  void end(Output& out) { run(Z_FINISH, out); }

 private:
  // Until the compressor has room left over, which says that it has no more to give.
  void run(int flush, Output& out) {
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out.reserve(room_at_once));
      stream_.avail_out = static_cast<uInt>(room_at_once);
      deflate(&stream_, flush);
      out.commit(room_at_once - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
};

class GzipBody final : public Body {
 public:
  explicit GzipBody(std::unique_ptr<Body> body) : body_(std::move(body)), deflater_(false) {}

  // The budget is taken for what goes in: compressing is what costs the worker's time.
  bool produce(Output& out, std::size_t budget) override {
    plain_.clear();
    const bool more = body_->produce(plain_, budget);
    deflater_.write(plain_.view(), out);
    if (!more) deflater_.end(out);
    return more;
  }

 private:
  std::unique_ptr<Body> body_;
  Output plain_;
  Deflater deflater_;
};

}  // namespace

std::unique_ptr<Body> gzip_body(std::unique_ptr<Body> body) { return std::make_unique<GzipBody>(std::move(body)); }

std::string gzip(std::span<const std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  Deflater deflater(size <= small_body);
  Output out;
  for (const std::string_view part : parts) deflater.write(part, out);
  deflater.end(out);
  return std::string(out.view());
}

}  // namespace aureacore::http
