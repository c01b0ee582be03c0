// Closed-form times of one exchange; the formulas stand in estimate.hpp.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "platforms/routes.hpp"
#include "sim/routed_step.hpp"
#include "sim/schedule/schedule.hpp"
#include "sim/schedule/scheduled_exchange.hpp"

namespace epsim {

/// What times are made of: the achieved bandwidth of every link, the software's costs, the routes.
struct NetworkCost {
  const Topology& topology;
  const Transport& transport;
  const Routes& routes;
  std::vector<BytesPerSecond> bandwidth;  ///< by link id

  /// A transfer alone on its route: the slowest link, `sharing` times as busy on it, and the latency.
  [[nodiscard]] Seconds transfer_seconds(DeviceId source, DeviceId destination, Bytes bytes,
                                         double sharing = 1) const;
};

struct Transfer {
  DeviceId source;
  DeviceId destination;
  Bytes bytes;
};

/// When each device has sent and received everything; `ready`, after its start-up, and the result by device.
/// Devices without transfers are done when ready. `window`: of each sending stream, 0: no limit.
[[nodiscard]] std::vector<Seconds> direct_done(const NetworkCost& network,
                                               std::span<const Transfer> transfers, int window,
                                               const std::vector<Seconds>& ready);

/// Two pipelined stages; every device's streams have `window` transfers in flight.
[[nodiscard]] std::vector<Seconds> staged_done(const NetworkCost& network, std::span<const Transfer> first,
                                               std::span<const Transfer> second, int window,
                                               const std::vector<Seconds>& ready);

/// The longest path through a whole schedule: when each operation ends if transfers share no link but where a
/// device sends or receives on several lanes. Patterns that go round by round fulfil that.
/// `entries` as build_layer has them; a device without one enters at the beginning.
[[nodiscard]] std::vector<Seconds> longest_path(const NetworkCost& network, const Schedule& schedule,
                                                const PartEntries& entries);

}  // namespace epsim
