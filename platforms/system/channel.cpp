#include "platforms/system/channel.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

void close_end(int& end) {
  if (end >= 0) close(end);
  end = -1;
}

}  // namespace

MessageSocket::MessageSocket() {
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_) != 0)
    throw simulation_error("", std::string("cannot open a socket: ") + std::strerror(errno));
}

MessageSocket::~MessageSocket() {
  for (int& end : ends_) close_end(end);
}

bool MessageSocket::send(std::string_view message) const {
  ssize_t sent = 0;
  do {
    sent = ::send(ends_[1], message.data(), message.size(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(message.size());
}

std::optional<std::string> MessageSocket::receive() const {
  char buffer[largest_message];
  ssize_t size = 0;
  do {
    size = recv(ends_[0], buffer, sizeof buffer, MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return std::nullopt;
  return std::string(buffer, static_cast<std::size_t>(size));
}

RequestPipe RequestPipe::open() {
  RequestPipe pipe;
  if (pipe2(pipe.ends_, O_CLOEXEC) != 0)
    throw simulation_error("", fmt::format("cannot start a process: pipe: {}", std::strerror(errno)),
                           "end other programs or lower --jobs");
  return pipe;
}

RequestPipe::RequestPipe(RequestPipe&& other) noexcept {
  std::swap(ends_, other.ends_);
}

RequestPipe& RequestPipe::operator=(RequestPipe&& other) noexcept {
  std::swap(ends_, other.ends_);
  return *this;
}

RequestPipe::~RequestPipe() {
  for (int& end : ends_) close_end(end);
}

void RequestPipe::close_reading() {
  close_end(ends_[0]);
}

void RequestPipe::close_writing() {
  close_end(ends_[1]);
}

void RequestPipe::write(std::span<const std::byte> request) const {
  while (::write(ends_[1], request.data(), request.size()) < 0 && errno == EINTR) continue;
}

bool RequestPipe::read(std::span<std::byte> request) const {
  for (;;) {
    const ssize_t size = ::read(ends_[0], request.data(), request.size());
    if (size < 0 && errno == EINTR) continue;
    return size == static_cast<ssize_t>(request.size());
  }
}

}  // namespace epsim
