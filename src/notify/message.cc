#include "notify/message.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/text.h"

namespace aureacore::notify {
namespace {

constexpr std::string_view ending = ".message";

// Id, version and body, each but the last a line.
std::optional<Message> parse(const std::filesystem::path& file) {
  const auto number = base::parse_number(file.stem().string());
  std::ifstream in(file, std::ios::binary);
  Message message;
  if (!number || !std::getline(in, message.id) || !std::getline(in, message.version)) return std::nullopt;
  message.body.assign(std::istreambuf_iterator<char>(in), {});
  if (message.id.empty() || message.body.empty()) return std::nullopt;
  message.number = *number;
  return message;
}

}  // namespace

std::vector<Message> Spool::load() {
  std::vector<Message> messages;
  if (folder_.empty()) return messages;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    auto message = entry.path().extension() == ending ? parse(entry.path()) : std::nullopt;
    if (message) {
      messages.push_back(*std::move(message));
    } else {
      std::filesystem::remove(entry.path(), error);
    }
  }
  std::ranges::sort(messages, {}, &Message::number);
  if (!messages.empty()) next_ = messages.back().number + 1;
  return messages;
}

base::Status Spool::keep(Message& message) {
  message.number = next_++;
  if (folder_.empty()) return {};
  // Half a file must not be taken for a message: it has its name once it is whole.
  const std::filesystem::path whole = file_of(message);
  std::filesystem::path part = whole;
  part.replace_extension(".part");
  {
    std::ofstream out(part, std::ios::binary);
    out << message.id << '\n' << message.version << '\n' << message.body;
    out.flush();
    if (!out) return base::fail(base::Code::unavailable, "expected to write {}", part.string());
  }
  std::error_code error;
  std::filesystem::rename(part, whole, error);
  if (error) return base::fail(base::code_of(error), "{}: {}", whole.string(), error.message());
  return {};
}

void Spool::forget(const Message& message) {
  std::error_code error;
  if (!folder_.empty()) std::filesystem::remove(file_of(message), error);
}

std::filesystem::path Spool::file_of(const Message& message) const {
  return folder_ / fmt::format("{:020}{}", message.number, ending);
}

}  // namespace aureacore::notify
