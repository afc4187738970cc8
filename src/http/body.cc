#include "http/body.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace aureacore::http {

namespace {

// A chunk's size stands before its bytes but is known behind them: it is written with leading zeros into room kept
// free.
constexpr std::string_view size_room = "00000000\r\n";
constexpr std::size_t size_digits = 8;

void write_hex(char* at, std::size_t number) {
  for (std::size_t i = size_digits; i > 0; --i, number >>= 4) at[i - 1] = "0123456789abcdef"[number & 15];
}

class ChunkedBody final : public Body {
 public:
  explicit ChunkedBody(std::unique_ptr<Body> body) : body_(std::move(body)) {}

  bool produce(Output& out, std::size_t budget) override {
    const std::size_t start = out.size();
    out.append(size_room);
    const bool more = body_->produce(out, budget);
    const std::size_t size = out.size() - start - size_room.size();
    if (size == 0) {
      out.truncate(start);
    } else {
      write_hex(out.data() + start, size);
      out.append("\r\n");
    }
    if (!more) out.append("0\r\n\r\n");
    return more;
  }
  [[nodiscard]] bool waits() const override { return body_->waits(); }
  [[nodiscard]] bool urgent() const override { return body_->urgent(); }

 private:
  std::unique_ptr<Body> body_;
};

class SizedBody final : public Body {
 public:
  SizedBody(std::unique_ptr<Body> body, std::uint64_t size) : body_(std::move(body)), left_(size) {}

  bool produce(Output& out, std::size_t budget) override {
    const std::size_t start = out.size();
    const bool more = body_->produce(out, budget);
    const std::size_t size = out.size() - start;
    if (size > left_ || (!more && size < left_)) throw std::length_error("the body has another size than promised");
    left_ -= size;
    return more;
  }

 private:
  std::unique_ptr<Body> body_;
  std::uint64_t left_;
};

class BytesBody final : public Body {
 public:
  BytesBody(Output bytes, std::unique_ptr<Body> rest) : bytes_(std::move(bytes)), rest_(std::move(rest)) {}

  bool produce(Output& out, std::size_t budget) override {
    if (bytes_.size() == 0) return rest_ != nullptr && rest_->produce(out, budget);
    const std::size_t size = std::min(budget, bytes_.size());
    out.append(bytes_.view().substr(0, size));
    bytes_.consume(size);
    return bytes_.size() != 0 || rest_ != nullptr;
  }
  [[nodiscard]] bool waits() const override { return bytes_.size() == 0 && rest_ != nullptr && rest_->waits(); }
  [[nodiscard]] bool urgent() const override { return rest_ != nullptr && rest_->urgent(); }

 private:
  Output bytes_;
  std::unique_ptr<Body> rest_;
};

}  // namespace

std::unique_ptr<Body> bytes_body(Output bytes, std::unique_ptr<Body> rest) {
  return std::make_unique<BytesBody>(std::move(bytes), std::move(rest));
}

std::unique_ptr<Body> chunked_body(std::unique_ptr<Body> body) {
  return std::make_unique<ChunkedBody>(std::move(body));
}

std::unique_ptr<Body> sized_body(std::unique_ptr<Body> body, std::uint64_t size) {
  return std::make_unique<SizedBody>(std::move(body), size);
}

}  // namespace aureacore::http
