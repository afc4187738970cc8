#include "git/channel.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace aureacore::git {
namespace {

std::unexpected<base::Error> failed() {
  return base::fail(base::Code::unavailable, "can't open a pipe: {}", std::generic_category().message(errno));
}

bool never_block(int descriptor) { return ::fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0; }

}  // namespace

base::Result<Channel> open_output_channel() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed();
  Channel channel{.ours = base::Descriptor(ends[0]), .childs = base::Descriptor(ends[1])};
  if (!never_block(channel.ours.get())) return failed();
  return channel;
}

base::Result<Channel> open_input_channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return failed();
  Channel channel{.ours = base::Descriptor(ends[0]), .childs = base::Descriptor(ends[1])};
  if (!never_block(channel.ours.get())) return failed();
  return channel;
}

}  // namespace aureacore::git
