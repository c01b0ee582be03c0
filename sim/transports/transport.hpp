// Lowering: a transport's software costs become operations, its achieved shares become link capacities, so
// that engines know only operations and links.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "platforms/topology.hpp"
#include "sim/scenario.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

struct LoweredSchedule {
  Schedule schedule;
  std::vector<BytesPerSecond> link_bandwidth;  ///< by link id
};

/// Every link's bandwidth times the share that the transport achieves on its class, by link id.
[[nodiscard]] std::vector<BytesPerSecond> achieved_bandwidth(const Topology& topology,
                                                             const Transport& transport);

/// Before a device's first transfer of a part, on each stream it sends on: a computation of
/// transport.start_up that follows what the device's transfers of the part could follow first; before every
/// transfer, on its stream, a computation of transport.message_overhead. Neither where it is zero.
[[nodiscard]] LoweredSchedule lower(Schedule schedule, const Transport& transport, const Topology& topology);

/// Presets by name: ideal, nccl, deepep_normal, deepep_low_latency. Each says where its values come from.
struct TransportPreset {
  Transport transport;
  std::string_view source;
};
[[nodiscard]] std::span<const TransportPreset> transport_presets();

/// The preset's name, with ", modified" where a value differs from the preset's.
[[nodiscard]] std::string label_of(const Transport& transport);

}  // namespace epsim
