// What the kernel may refuse of io_uring while it runs: a seccomp filter stands in for a kernel that has no memory just now.
#include "http/io_uring_transport.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <future>
#include <iterator>
#include <thread>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

// Has each io_uring_enter of this thread, and of those that it starts from now on, decided by whoever holds the descriptor.
base::Descriptor filter_this_thread() {
  sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_enter, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{.len = std::size(filter), .filter = filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return base::Descriptor(
      static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program)));
}

struct Refusals {
  int count = 0;
  base::SteadyTime first, last;
};

// Refuses the first so many calls that submit something, and lets all others pass, until the last filtered thread has ended.
Refusals refuse(const base::Descriptor& filter, int count) {
  Refusals refused;
  pollfd waits{.fd = filter.get(), .events = POLLIN, .revents = 0};
  while (filter.is_open() && poll(&waits, 1, -1) > 0 && (waits.revents & POLLIN) != 0) {
    seccomp_notif call{};
    if (ioctl(filter.get(), SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
    const bool submits = call.data.args[1] != 0;
    const bool refuses = submits && refused.count < count;
    seccomp_notif_resp answer{.id = call.id,
                              .val = 0,
                              .error = refuses ? -ENOMEM : 0,
                              .flags = static_cast<std::uint32_t>(refuses ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE)};
    ioctl(filter.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer);
    if (!refuses) continue;
    refused.last = std::chrono::steady_clock::now();
    if (refused.count++ == 0) refused.first = refused.last;
  }
  return refused;
}

TEST(IoUringTransport, WaitsForAKernelWithoutMemory) {
  if (!IoUringTransport::make()) GTEST_SKIP() << "io_uring is not allowed here";
  constexpr int refusals = 100;
  std::promise<base::Descriptor> installed;
  auto refused = std::async(std::launch::async, [&] { return refuse(installed.get_future().get(), refusals); });
  std::unique_ptr<Server> server;
  std::thread([&] {
    base::Descriptor filter = filter_this_thread();
    if (filter.is_open()) server = serve(echo, {.transport = TransportKind::io_uring, .limits = {}});
    installed.set_value(std::move(filter));
  }).join();
  if (server == nullptr) GTEST_SKIP() << "a filter of system calls is not allowed here";
  // More than the queue of requests holds.
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 600; ++i) clients.push_back(std::make_unique<Client>(server->port()));
  for (const auto& client : clients) ASSERT_TRUE(client->write(get("/a") + get("/b")));
  for (const auto& client : clients) {
    EXPECT_EQ(client->read(), "GET /a  ");
    EXPECT_EQ(client->read(), "GET /b  ");
  }
  server.reset();
  const Refusals result = refused.get();
  EXPECT_EQ(result.count, refusals);
  // Each is followed by a pause: the worker doesn't ask again and again.
  EXPECT_GE(result.last - result.first, (refusals - 1) * IoUringTransport::pause);
}

}  // namespace
}  // namespace aureacore::http
