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
  /// From when the destination had ended its own work before the phase (its gate in dispatch, all of its
  /// experts in combine) to the last arrival, whatever it did meanwhile; 0 where everything came before.
  Seconds waited = 0;
  // Of these, as the message that came last saw them:
  Seconds late = 0;    ///< the source did not have its data yet: it computed, or waited for others itself
  Seconds queued = 0;  ///< the source had not issued it: its overhead and messages to others came first
  Seconds moving = 0;  ///< it was in the network
  /// Of `waited`, after all that had come from sources that were done earlier: over the sources of a
  /// destination these add up to how long it waited in all.
  Seconds alone = 0;
};

/// A row for every pair that exchanged bytes in a phase, by phase, destination and source.
[[nodiscard]] std::vector<Wait> wait_map(const Simulation& simulation);

/// At most `most` of those that waited, the longest first; ties: in their order.
[[nodiscard]] std::vector<Wait> longest_waits(std::vector<Wait> waits, std::size_t most);

}  // namespace epsim
