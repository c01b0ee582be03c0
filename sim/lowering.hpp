// Lowering: a transport's software costs become operations, its achieved shares and caps become link
// capacities, so that engines know only operations and links.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "platforms/routes.hpp"
#include "platforms/topology.hpp"
#include "sim/schedule/schedule.hpp"
#include "sim/schedule/scheduled_exchange.hpp"
#include "sim/transports/transport.hpp"

namespace epsim {

struct LoweredSchedule {
  Schedule schedule;
  /// By link id; where devices are capped, the links of Routes beyond the topology's too.
  std::vector<BytesPerSecond> link_bandwidth;
  Bytes half_size = 0;

  /// What a transfer loads each link of its route with; its bytes stay what they are.
  [[nodiscard]] Bytes load(OpId transfer) const { return schedule.bytes(transfer) + half_size; }
};

/// Every link's bandwidth times the share that the transport achieves on its class, by link id, and its caps.
[[nodiscard]] std::vector<BytesPerSecond> achieved_bandwidth(const Topology& topology,
                                                             const Transport& transport);

/// What a device spends when it enters a part, start_up and start_up_per_peer for each of the devices that it
/// sends to or receives from in that part.
class StartUps {
 public:
  StartUps(const Schedule& schedule, const Transport& transport);
  [[nodiscard]] Seconds of(PartId part, DeviceId device) const;

 private:
  const Transport& transport_;
  std::map<std::pair<PartId, DeviceId>, int> peers_;
};

/// Before a device's first operation of a dispatch or combine, on each stream that it sends or waits on: a
/// computation of its start-up that follows what `entries` has for it, else what that operation follows;
/// before every transfer, on its stream, a computation of transport.message_overhead. Neither where it is
/// zero.
[[nodiscard]] LoweredSchedule lower(Schedule schedule, const Transport& transport, const Topology& topology,
                                    const PartEntries& entries = {});

/// The routes of a schedule's transfers, over the devices' caps where the transport has any.
[[nodiscard]] Routes routes_of(const Schedule& schedule, const Transport& transport,
                               const Topology& topology);

}  // namespace epsim
