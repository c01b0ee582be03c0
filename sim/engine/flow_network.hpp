// What the fluid engine asks of a network: flows arrive, and events follow each other in time until the last
// byte of each has been delivered. Two ways to share bandwidth stand behind it: exactly, kept up to date
// where it changes (level_network.hpp), and anew for one span of time after the other (fluid_network.hpp).
#pragma once

#include <cstdint>
#include <optional>

#include "platforms/units.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

class FlowNetwork {
 public:
  virtual ~FlowNetwork() = default;

  /// The operation's bytes reach the network; `pair` is the route's place in Routes. Precondition: now is not
  /// before any earlier call's nor any event's, and not after next_event().
  virtual void start(OpId op, std::uint32_t pair, Bytes bytes, Seconds now) = 0;
  /// When something happens next; infinity: never.
  [[nodiscard]] virtual Seconds next_event() = 0;
  /// Lets it happen; the operation whose last byte has arrived, if that was it.
  virtual std::optional<OpId> advance() = 0;
};

}  // namespace epsim
