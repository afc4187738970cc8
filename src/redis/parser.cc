#include "redis/parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t verbatim_prefix = 4;
constexpr std::size_t shown_of_reply = 40;

// As much of an announced string is reserved at once: enough for most, too little to matter.
constexpr std::size_t reserved_bytes = 64 << 10;

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Reply make(Reply::Kind kind, std::string_view text) { return {.kind = kind, .text = std::string(text)}; }

std::unexpected<base::Error> corrupt(std::string_view expected, std::string_view found) {
  return fail(Code::corrupt, "expected {} in a reply, found '{}'", expected, base::printable(found, shown_of_reply));
}

}  // namespace

Result<std::size_t> ReplyParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !complete_) {
    const auto step = bulk_ ? feed_bulk(bytes.substr(used)) : feed_line(bytes.substr(used));
    if (!step) return step;
    used += *step;
  }
  return used;
}

std::optional<Reply> ReplyParser::take() {
  if (complete_) held_ = 0;
  return std::exchange(complete_, std::nullopt);
}

Result<std::size_t> ReplyParser::feed_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, end);
  if (line_.size() + piece.size() > limits_.line_bytes) {
    return fail(Code::too_large, "a line of a reply is longer than the limit of {} bytes", limits_.line_bytes);
  }
  if (end == std::string_view::npos) {
    line_ += piece;
    return bytes.size();
  }
  if (!line_.empty()) line_ += piece;
  const std::string whole = std::exchange(line_, {});
  const std::string_view line = whole.empty() ? piece : std::string_view(whole);
  if (!line.ends_with('\r')) return corrupt("a line that ends in CR LF", line);
  if (const auto status = read_line(line.substr(0, line.size() - 1)); !status) return std::unexpected(status.error());
  return end + 1;
}

Status ReplyParser::read_line(std::string_view line) {
  if (line.empty()) return corrupt("a type", line);
  const std::string_view rest = line.substr(1);
  switch (line.front()) {
    case '+':
      return add(make(Reply::Kind::status, rest));
    case '-':
      return add(make(Reply::Kind::error, rest));
    case ',':
    case '(':
      return add(make(Reply::Kind::text, rest));
    case ':':
      if (const auto value = parse_integer(rest)) return add({.kind = Reply::Kind::integer, .integer = *value});
      return corrupt("an integer", rest);
    case '#':
      if (rest == "t" || rest == "f") return add({.kind = Reply::Kind::integer, .integer = rest == "t" ? 1 : 0});
      return corrupt("a boolean", rest);
    case '_':
      return rest.empty() ? add({}) : corrupt("a null", rest);
    case '$':
      return begin_bulk(rest, {.reply = {.kind = Reply::Kind::text}});
    case '=':
      return begin_bulk(rest, {.reply = {.kind = Reply::Kind::text}, .verbatim = true});
    case '!':
      return begin_bulk(rest, {.reply = {.kind = Reply::Kind::error}});
    case '*':
    case '~':
      return begin_frame(rest, 1, {.reply = {.kind = Reply::Kind::array}});
    case '%':
      return begin_frame(rest, 2, {.reply = {.kind = Reply::Kind::array}});
    case '|':
      return begin_frame(rest, 2, {.reply = {.kind = Reply::Kind::array}, .attribute = true});
    case '>':
      if (!frames_.empty()) return corrupt("no push within a reply", line);
      return begin_frame(rest, 1, {.reply = {.kind = Reply::Kind::push}});
    default:
      return corrupt("a type", line);
  }
}

Status ReplyParser::begin_bulk(std::string_view length, Bulk bulk) {
  const auto count = parse_integer(length);
  if (!count || *count < -1) return corrupt("a length", length);
  if (*count == -1) return add({});
  const auto bytes = static_cast<std::size_t>(*count);
  if (bytes > std::max(limits_.passed_bytes, limits_.bulk_bytes)) {
    return fail(Code::too_large, "a text of a reply has {} bytes, more than any limit", bytes);
  }
  bulk.missing = bytes + line_end.size();
  bulk.kept = bytes <= limits_.bulk_bytes;
  if (bulk.kept) {
    bulk.reply.text.reserve(std::min(bulk.missing, reserved_bytes));
  } else {
    bulk.reply = make(Reply::Kind::error, fmt::format("TOOLARGE a text has {} bytes, more than the limit of {}", bytes,
                                                      limits_.bulk_bytes));
  }
  bulk_ = std::move(bulk);
  return {};
}

Result<std::size_t> ReplyParser::feed_bulk(std::string_view bytes) {
  const std::string_view piece = bytes.substr(0, bulk_->missing);
  if (bulk_->kept) bulk_->reply.text += piece;
  bulk_->missing -= piece.size();
  if (bulk_->missing == 0) {
    if (const auto status = end_bulk(); !status) return std::unexpected(status.error());
  }
  return piece.size();
}

Status ReplyParser::end_bulk() {
  Bulk bulk = std::move(*bulk_);
  bulk_.reset();
  if (!bulk.kept) return add(std::move(bulk.reply));
  std::string& text = bulk.reply.text;
  if (!text.ends_with(line_end)) return corrupt("CR LF behind a text", text);
  text.resize(text.size() - line_end.size());
  if (bulk.verbatim) {
    if (text.size() < verbatim_prefix || text[verbatim_prefix - 1] != ':') return corrupt("a text's format", text);
    text.erase(0, verbatim_prefix);
  }
  return add(std::move(bulk.reply));
}

Status ReplyParser::begin_frame(std::string_view count, std::size_t each, Frame frame) {
  const auto value = parse_integer(count);
  if (!value || *value < -1) return corrupt("a count", count);
  if (*value == -1) return frame.attribute ? corrupt("a count", count) : add({});
  // What can't be held is refused before it comes.
  if (static_cast<std::size_t>(*value) > limits_.reply_bytes / sizeof(Reply) / each) {
    return fail(Code::too_large, "a reply has {} elements, more than fit the limit of {} bytes", *value,
                limits_.reply_bytes);
  }
  if (frames_.size() >= limits_.depth) {
    return fail(Code::too_large, "a reply is nested deeper than the limit of {}", limits_.depth);
  }
  frame.missing = static_cast<std::size_t>(*value) * each;
  if (frame.missing == 0) return frame.attribute ? Status() : add(std::move(frame.reply));
  if (auto status = hold(sizeof(Reply)); !status) return status;
  frames_.push_back(std::move(frame));
  return {};
}

// To the array that waits for it; an array that is complete with it is added in turn.
Status ReplyParser::add(Reply reply) {
  if (auto status = hold(sizeof(Reply) + reply.text.size()); !status) return status;
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    frame.reply.elements.push_back(std::move(reply));
    if (--frame.missing > 0) return {};
    const bool attribute = frame.attribute;
    reply = std::move(frame.reply);
    frames_.pop_back();
    if (attribute) return {};
  }
  complete_ = std::move(reply);
  return {};
}

Status ReplyParser::hold(std::size_t bytes) {
  held_ += bytes;
  if (held_ <= limits_.reply_bytes) return {};
  return fail(Code::too_large, "a reply takes more than the limit of {} bytes", limits_.reply_bytes);
}

}  // namespace aureacore::redis
