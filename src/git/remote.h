// The network half of a source: what the remote's branch points to, and bringing that into the mirror.
//
// This is the seam where a test may put a fake; GitRemote is the real one, by the git program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "git/mirror.h"
#include "git/process.h"
#include "git/url.h"

namespace aureacore::git {

struct Advertised {
  std::string branch;  // the branch's short name (what HEAD points to where none was configured)
  std::string commit;  // hexadecimal
};

class Remote {
 public:
  virtual ~Remote() = default;
  // One ls-remote. Errors: unavailable, timeout, denied (authentication), not_found (no such branch or repository),
  // corrupt (the answer is no ref listing).
  virtual base::Result<Advertised> advertised(std::stop_token stop) = 0;
  // Makes the commit, its trees and its history readable in the mirror. Errors as above, and too_large (mirror limit).
  virtual base::Status fetch(const Advertised& tip, std::stop_token stop) = 0;
  // Makes these blobs readable where the mirror holds only part of them; no work where they are there.
  virtual base::Status fetch_blobs(const std::vector<std::string>& blobs, std::stop_token stop) = 0;
  // Housekeeping, for after a refresh has been published: usually nothing to do, now and then a minute of work.
  virtual base::Status tidy(const std::stop_token& /*stop*/) { return {}; }
  // What was fetched can't be read: sets the mirror aside, so that the next fetch begins anew.
  virtual base::Status discard() { return {}; }
};

// Where secrets come from; they reach git through an askpass helper and the environment, never an argument.
struct Credentials {
  std::string username;          // for https; empty: none
  std::string password;          // or token
  std::string ssh_key_file;      // private key
  std::string known_hosts_file;  // required for ssh
};

struct RemoteOptions {
  Url url;
  std::string branch;  // empty: the remote's HEAD
  Credentials credentials;
  bool fsck = true;
  base::Duration list_deadline = std::chrono::seconds(20);
  base::Duration fetch_deadline = std::chrono::minutes(5);
  std::uint64_t low_speed_bytes = 1000;     // a transfer slower than this …
  std::chrono::seconds low_speed_time{30};  // … for this long is given up
  std::uint64_t mirror_bytes = 4ULL << 30;  // on disk
};

// Keeps a bare mirror in `directory` (made when missing, set aside and made anew when it can't be opened). Blobs are
// left out where the server can (partial clone) and brought by fetch_blobs. The fetched commit stays readable until
// another is fetched and tidy has run after that. One call at a time; whoever reads the mirror opens it anew after a
// fetch, a tidy or a discard.
class GitRemote final : public Remote {
 public:
  // Removes what a killed fetch left behind.
  GitRemote(const std::filesystem::path& directory, RemoteOptions options);

  base::Result<Advertised> advertised(std::stop_token stop) override;
  base::Status fetch(const Advertised& tip, std::stop_token stop) override;
  base::Status fetch_blobs(const std::vector<std::string>& blobs, std::stop_token stop) override;
  base::Status tidy(const std::stop_token& stop) override;
  base::Status discard() override;

  // What the mirror's branch points to without asking the remote: where a start without network begins. not_found:
  // nothing there yet, or it is of another URL or branch.
  [[nodiscard]] base::Result<Advertised> mirrored() const;
  // Whether the server left blobs out; false means that the mirror holds the whole repository, and the log says what
  // that costs.
  [[nodiscard]] bool partial() const;
  [[nodiscard]] std::uint64_t disk_bytes() const { return mirror_.bytes(); }

 private:
  base::Status open_mirror();
  base::Status make_room(const std::stop_token& stop);
  [[nodiscard]] std::vector<std::string> fetch_arguments() const;
  base::Result<Outcome> run_fetch(const std::vector<std::string>& arguments, std::string input, base::Duration deadline,
                                  const std::stop_token& stop);
  base::Status fetch_once(const Advertised& tip, base::Duration deadline, const std::stop_token& stop);
  [[nodiscard]] base::Status within_limit() const;

  Mirror mirror_;
  RemoteOptions options_;
  bool opened_ = false;
};

}  // namespace aureacore::git
