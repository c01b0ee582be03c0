// The network of the fluid engine whose sharing is exact at every moment: LinkLevels with a queue of
// departures. Sharing is settled in the moment of a change; departures within a part of 1e-12 of the time are
// one moment's.
#pragma once

#include "sim/engine/departure_queue.hpp"
#include "sim/engine/flow_network.hpp"
#include "sim/engine/link_levels.hpp"

namespace epsim {

class LevelNetwork : public FlowNetwork {
 public:
  /// As LinkLevels.
  LevelNetwork(const Routes& routes, const std::vector<bool>& binding,
               const std::vector<BytesPerSecond>& bandwidth, double slack);

  void start(OpId op, std::uint32_t pair, Bytes bytes, Seconds now) override;
  [[nodiscard]] Seconds next_event() override;
  std::optional<OpId> advance() override;
  /// As LinkLevels::verify.
  void verify() {
    retime();
    if (levels_.is_settled()) levels_.verify();
  }

 private:
  void retime();

  LinkLevels levels_;
  DepartureQueue queue_;
  Seconds settling_ = DepartureQueue::never;  // due then: flows have come or gone
};

}  // namespace epsim
