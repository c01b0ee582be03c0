#include "scenarios/sweep/messages.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platforms/error.hpp"

namespace epsim {
namespace {

constexpr std::size_t largest_piece = 32 << 10;  // far below the socket's buffer

struct Header {
  MessageKind kind;
  std::uint64_t number;
};

bool send_piece(int socket, MessageKind kind, std::uint64_t number, std::string_view text) {
  std::string bytes(sizeof(Header) + text.size(), '\0');
  const Header header = {kind, number};
  std::memcpy(bytes.data(), &header, sizeof header);
  std::copy(text.begin(), text.end(), bytes.begin() + sizeof header);
  ssize_t sent = 0;
  do {
    sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes.size());
}

}  // namespace

MessageSocket::MessageSocket() {
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_) != 0)
    throw simulation_error("", std::string("cannot open a socket: ") + std::strerror(errno));
}

MessageSocket::~MessageSocket() {
  close(ends_[0]);
  close(ends_[1]);
}

bool MessageSocket::send(MessageKind kind, std::uint64_t number, std::string_view text) const {
  do {
    const std::size_t size = std::min(text.size(), largest_piece);
    if (!send_piece(ends_[1], kind, number, text.substr(0, size))) return false;
    text.remove_prefix(size);
  } while (!text.empty());
  return true;
}

std::optional<Message> MessageSocket::receive() const {
  char buffer[sizeof(Header) + largest_piece];
  ssize_t size = 0;
  do {
    size = recv(ends_[0], buffer, sizeof buffer, MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < static_cast<ssize_t>(sizeof(Header))) return std::nullopt;
  Header header = {};
  std::memcpy(&header, buffer, sizeof header);
  return Message{header.kind, header.number,
                 std::string(buffer + sizeof header, static_cast<std::size_t>(size) - sizeof header)};
}

}  // namespace epsim
