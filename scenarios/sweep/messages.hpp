// How the processes of a sweep talk to the one that runs it: whole messages over one socket, many senders. A
// message is a kind, a number (of a point, or of a routing process) and a text; longer texts go in pieces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace epsim {

enum class MessageKind : char {
  routing_ready,   ///< number: the routing process
  routing_failed,  ///< number: the routing process; text: why
  point_started,   ///< number: the point; text: its process
  point_piece,     ///< number: the point; text: the next piece of its report
};

struct Message {
  MessageKind kind = MessageKind::routing_ready;
  std::uint64_t number = 0;
  std::string text;
};

class MessageSocket {
 public:
  /// Throws Error (simulation) when the system has no more sockets.
  MessageSocket();
  MessageSocket(const MessageSocket&) = delete;
  MessageSocket& operator=(const MessageSocket&) = delete;
  ~MessageSocket();

  /// For poll.
  [[nodiscard]] int receiving_end() const { return ends_[0]; }
  /// In a child. False when nobody listens any more.
  bool send(MessageKind kind, std::uint64_t number, std::string_view text = "") const;
  /// The next message; nothing when none is waiting.
  [[nodiscard]] std::optional<Message> receive() const;

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace epsim
