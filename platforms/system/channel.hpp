// How processes that were forked from one another talk.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace epsim {

/// Whole messages over one socket: many senders, one receiver.
class MessageSocket {
 public:
  /// Far below what the socket takes at once.
  static constexpr std::size_t largest_message = 33 << 10;

  /// Throws Error (simulation) when the system has no more sockets.
  MessageSocket();
  MessageSocket(const MessageSocket&) = delete;
  MessageSocket& operator=(const MessageSocket&) = delete;
  ~MessageSocket();

  /// To be waited for.
  [[nodiscard]] int receiving_end() const { return ends_[0]; }
  /// In a child. False when nobody listens any more. At most `largest_message` bytes.
  [[nodiscard]] bool send(std::string_view message) const;
  /// The next message; nothing when none is waiting.
  [[nodiscard]] std::optional<std::string> receive() const;

 private:
  int ends_[2] = {-1, -1};
};

/// A pipe for requests of one size, each written and read whole. The process that made it and its child each
/// close the end that they do not use.
class RequestPipe {
 public:
  /// Throws Error (simulation) when the system has no more pipes.
  [[nodiscard]] static RequestPipe open();
  /// None.
  RequestPipe() = default;
  RequestPipe(RequestPipe&& other) noexcept;
  RequestPipe& operator=(RequestPipe&& other) noexcept;
  RequestPipe(const RequestPipe&) = delete;
  RequestPipe& operator=(const RequestPipe&) = delete;
  ~RequestPipe();

  void close_reading();
  void close_writing();
  [[nodiscard]] bool is_open_for_writing() const { return ends_[1] >= 0; }
  /// Whoever has died is noticed elsewhere.
  void write(std::span<const std::byte> request) const;
  /// Waits for the next one. False when all writing ends are closed.
  [[nodiscard]] bool read(std::span<std::byte> request) const;

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace epsim
