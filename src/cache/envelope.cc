#include "cache/envelope.h"

#include <zstd.h>

#include <memory>

#include "cache/wire.h"

namespace aureacore::cache {
namespace {

using base::Code;

constexpr int level = 1;
constexpr std::string_view as_it_is("\0", 1);
constexpr std::string_view as_zstd("\1", 1);

using Compression = std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)>;
using Decompression = std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)>;

// Empty where it doesn't help, or would look like a bomb.
std::string compress(std::string_view content) {
  thread_local const Compression context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  Output head;
  head.raw(as_zstd);
  head.number(content.size());
  std::string bytes = head.take();
  const std::size_t before = bytes.size();
  bytes.resize(before + ZSTD_compressBound(content.size()));
  const std::size_t size = ZSTD_compressCCtx(context.get(), bytes.data() + before, bytes.size() - before,
                                             content.data(), content.size(), level);
  if (ZSTD_isError(size) != 0 || before + size > content.size() || content.size() > max_ratio * size) return {};
  bytes.resize(before + size);
  bytes.shrink_to_fit();
  return bytes;
}

base::Result<std::string> decompress(std::string_view bytes) {
  thread_local const Decompression context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  Input input(bytes);
  const std::uint64_t size = input.number();
  const std::string_view body = input.raw(input.rest().size());
  if (!input.ok() || size > max_content_bytes || size > max_ratio * body.size()) {
    return base::fail(Code::corrupt, "expected content of at most {} bytes and {} times what is stored, found {}",
                      max_content_bytes, max_ratio, size);
  }
  std::string content;
  std::size_t found = 0;
  content.resize_and_overwrite(size, [&](char* to, std::size_t room) {
    found = ZSTD_decompressDCtx(context.get(), to, room, body.data(), body.size());
    return ZSTD_isError(found) != 0 ? 0 : found;
  });
  if (ZSTD_isError(found) != 0 || found != size) {
    return base::fail(Code::corrupt, "expected {} bytes of compressed content, found {}", size,
                      ZSTD_isError(found) != 0 ? ZSTD_getErrorName(found) : "fewer");
  }
  return content;
}

base::Result<std::string> content_of(std::string_view bytes) {
  if (bytes.starts_with(as_zstd)) return decompress(bytes.substr(as_zstd.size()));
  if (bytes.starts_with(as_it_is) && bytes.size() <= max_content_bytes) return std::string(bytes.substr(1));
  return base::fail(Code::corrupt, "expected content, compressed or as it is, found neither");
}

}  // namespace

base::Result<Part> seal(std::string_view content, bool compressed) {
  if (content.size() >= max_content_bytes) {
    return base::fail(Code::too_large, "expected a part of less than {} bytes, found {}", max_content_bytes,
                      content.size());
  }
  Part part{Digest::of(content), compressed ? compress(content) : std::string()};
  if (part.bytes.empty()) part.bytes.append(as_it_is).append(content);
  return part;
}

base::Result<std::string> unseal(const Digest& digest, std::string_view bytes) {
  auto content = content_of(bytes);
  if (!content) return std::unexpected(content.error().in("part " + digest.hex()));
  if (Digest::of(*content) == digest) return content;
  return base::fail(Code::corrupt, "part {}: expected content of this digest, found {}", digest.hex(),
                    Digest::of(*content).hex());
}

}  // namespace aureacore::cache
