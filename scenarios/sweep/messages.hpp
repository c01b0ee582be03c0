// How the processes of a sweep talk to the one that runs it: whole messages over one socket, many senders. A
// message is a kind, a number (of a point, or of a routing process) and a text; longer texts go in pieces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platforms/system/channel.hpp"

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

/// In a child. False when nobody listens any more.
[[nodiscard]] bool send(const MessageSocket& socket, MessageKind kind, std::uint64_t number,
                        std::string_view text = "");
/// The next message; nothing when none is waiting.
[[nodiscard]] std::optional<Message> receive(const MessageSocket& socket);

}  // namespace epsim
