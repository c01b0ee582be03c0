#include "scenarios/sweep/messages.hpp"

#include <cstring>

namespace epsim {
namespace {

struct Header {
  MessageKind kind;
  std::uint64_t number;
};

constexpr std::size_t largest_piece = MessageSocket::largest_message - sizeof(Header);

}  // namespace

bool send(const MessageSocket& socket, MessageKind kind, std::uint64_t number, std::string_view text) {
  do {
    const std::string_view piece = text.substr(0, largest_piece);
    std::string bytes(sizeof(Header), '\0');
    const Header header = {kind, number};
    std::memcpy(bytes.data(), &header, sizeof header);
    bytes += piece;
    if (!socket.send(bytes)) return false;
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return true;
}

std::optional<Message> receive(const MessageSocket& socket) {
  const std::optional<std::string> bytes = socket.receive();
  if (!bytes || bytes->size() < sizeof(Header)) return std::nullopt;
  Header header = {};
  std::memcpy(&header, bytes->data(), sizeof header);
  return Message{header.kind, header.number, bytes->substr(sizeof header)};
}

}  // namespace epsim
