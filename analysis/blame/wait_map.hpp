// The wait map: how long each device waited for what each other one sent it.
#pragma once

#include <vector>

#include "sim/simulate.hpp"

namespace epsim {

/// What one device sent another in one phase. A forwarder counts as the source of what it passes on.
struct Wait {
  Phase phase = Phase::dispatch;
  DeviceId source = 0;
  DeviceId destination = 0;
  Bytes bytes = 0;
  std::int64_t messages = 0;
  /// From when the destination had nothing else to do for this phase (the end of its own gate in dispatch, of
  /// its own experts in combine) to the last arrival; 0 where everything came before.
  Seconds waited = 0;
  Seconds late = 0;    ///< of these, until the source issued its first message to it
  Seconds moving = 0;  ///< the others
  /// Of `waited`, after all that had come from sources that were done earlier: over the sources of a
  /// destination these add up to how long it waited in all.
  Seconds alone = 0;
};

/// A row for every pair that exchanged bytes in a phase, by phase, destination and source.
[[nodiscard]] std::vector<Wait> wait_map(const Simulation& simulation);

/// At most `most` of those that waited, the longest first; ties: in their order.
[[nodiscard]] std::vector<Wait> longest_waits(std::vector<Wait> waits, std::size_t most);

}  // namespace epsim
