// What the transfers of a simulation did to the links: bytes from routes x transfers, busy time, utilization.
#pragma once

#include <optional>
#include <vector>

#include "sim/simulate.hpp"

namespace epsim {

struct LinkUse {
  LinkId link = 0;
  Bytes bytes = 0;
  Seconds busy_seconds = 0;  ///< at least one transfer in progress on it
  /// What loads it (bytes, and the transport's half_size for each message) / (bandwidth that the transport
  /// achieves * layer_seconds).
  double utilization = 0;
};

/// What a device sends or receives over all its links, where the transport caps it (sms x rate_per_sm).
struct CapUse {
  DeviceId device = 0;
  bool is_sending = true;
  double utilization = 0;  ///< as LinkUse's
};

/// The device whose cap is used most; nothing where the transport caps nothing. Ties to the lower device,
/// then to sending.
[[nodiscard]] std::optional<CapUse> busiest_cap(const Topology& topology, const Simulation& simulation,
                                                Seconds layer_seconds);

/// The links that carried bytes, by link id. A transfer is in progress on all links of its route from its
/// issue to its delivery.
[[nodiscard]] std::vector<LinkUse> link_uses(const Topology& topology, const Simulation& simulation,
                                             Seconds layer_seconds);

}  // namespace epsim
