#include "http/later.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "http/response.h"

namespace aureacore::http {

Answer::Answer() = default;
Answer::~Answer() = default;
Answer::Answer(Answer&&) noexcept = default;
Answer& Answer::operator=(Answer&&) noexcept = default;

OwnedRequest::OwnedRequest(const Request& request) : request_(request) {
  std::size_t size = request.method_name.size() + request.target.size() + request.path.size() + request.query.size() +
                     request.body.size();
  for (const Header& header : request.headers) size += header.name.size() + header.value.size();
  bytes_.reserve(size);
  const auto keep = [this](std::string_view text) {
    const std::size_t begin = bytes_.size();
    bytes_.append(text);
    return std::string_view(bytes_).substr(begin);
  };
  request_.method_name = keep(request.method_name);
  request_.target = keep(request.target);
  request_.body = keep(request.body);
  request_.path = keep(request.path);
  request_.query = keep(request.query);
  for (const Header& header : request.headers) headers_.push_back({keep(header.name), keep(header.value)});
  request_.headers = headers_;
  request_.peer = nullptr;
}

Later::~Later() {
  if (deferral_ && !posted_) post();
}

void Later::complete(Answer answer) {
  deferral_->answer = std::move(answer);
  post();
}

void Later::post() {
  posted_ = true;
  deferral_->done.store(true, std::memory_order_release);
  mailbox_->post(deferral_);
}

Mailbox::Mailbox() : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Mailbox::wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof(one));
}

void Mailbox::wake_streams() {
  streams_.store(true, std::memory_order_release);
  wake();
}

void Mailbox::post(std::shared_ptr<Deferral> deferral) {
  {
    const std::scoped_lock lock(mutex_);
    done_.push_back(std::move(deferral));
  }
  wake();
}

std::vector<std::shared_ptr<Deferral>> Mailbox::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(done_, {});
}

}  // namespace aureacore::http
