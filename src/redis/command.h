// Command: one command for Redis, written as it goes over the wire, with what routing needs to know of it.
//
//   Command("SET").key(key).argument(bytes).argument("PX").argument(1000)
//   Command("GET", Access::read).key(key)
//
// Arguments are copied once, into the wire's form. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace aureacore::redis {

// Which servers may answer.
enum class Access : std::uint8_t {
  write,   // the primary alone; never sent twice unless it surely wasn't done
  read,    // a replica for preference; where that has nothing, or fails, the primary
  newest,  // the primary for preference; where it fails, a replica
};

class Command {
 public:
  explicit Command(std::string_view name, Access access = Access::write) : name_(name), access_(access) {
    append(name);
  }

  // An argument that is a key: the first one decides the slot. All keys of a command must be of one slot.
  template <class Self>
  Self&& key(this Self&& self, std::string_view key) {
    self.add_key(key);
    return std::forward<Self>(self);
  }
  template <class Self>
  Self&& argument(this Self&& self, std::string_view text) {
    self.append(text);
    return std::forward<Self>(self);
  }
  template <class Self>
  Self&& argument(this Self&& self, std::int64_t number) {
    self.append(std::to_string(number));
    return std::forward<Self>(self);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Access access() const { return access_; }
  // Nothing: any server will do.
  [[nodiscard]] std::optional<std::uint16_t> slot() const { return slot_; }
  // Bytes on the wire, but for the few of its header.
  [[nodiscard]] std::size_t size() const { return body_.size(); }
  void write_to(std::string& out) const;

 private:
  void add_key(std::string_view key);
  void append(std::string_view argument);

  std::string name_;
  Access access_;
  std::optional<std::uint16_t> slot_;
  std::size_t arguments_ = 0;
  std::string body_;
};

}  // namespace aureacore::redis
