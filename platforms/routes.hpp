// Routes of a topology: for each (source, destination) pair asked for, the links from one to the other.
//
// How a route goes is the business of the policies in platforms/routing; the topology names them.
// Devices never forward: forwarding is a pattern's decision. Deterministic.
#pragma once

#include <algorithm>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platforms/topology.hpp"

namespace epsim {

/// What a device sends as a whole, and what it receives, can be capped: links of their own beyond the
/// topology's, without latency, with which its routes begin and end.
enum class DeviceCaps { none, on_every_route };
[[nodiscard]] inline LinkId sending_cap(const Topology& topology, DeviceId device) {
  return topology.link_count() + 2 * device;
}
[[nodiscard]] inline LinkId receiving_cap(const Topology& topology, DeviceId device) {
  return sending_cap(topology, device) + 1;
}

class Routes {
 public:
  /// Routes for `pairs` (duplicates allowed, no pair with itself). Throws Error (input) naming two devices
  /// that are not connected.
  Routes(const Topology& topology, std::vector<std::pair<DeviceId, DeviceId>> pairs,
         DeviceCaps caps = DeviceCaps::none);

  struct Pair {
    DeviceId source;
    DeviceId destination;
  };
  /// All pairs, sorted by source, then destination.
  [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }
  [[nodiscard]] std::span<const LinkId> links_of(std::size_t pair_index) const {
    return {links_.data() + first_link_[pair_index], first_link_[pair_index + 1] - first_link_[pair_index]};
  }
  /// The pair's place in pairs(). Precondition: it was asked for.
  [[nodiscard]] std::size_t index_of(DeviceId source, DeviceId destination) const;
  /// The links from source to destination, in order. Precondition: the pair was asked for.
  [[nodiscard]] std::span<const LinkId> links_between(DeviceId source, DeviceId destination) const;
  /// Sum of the links' latencies.
  [[nodiscard]] Seconds latency(DeviceId source, DeviceId destination) const;
  [[nodiscard]] Seconds latency(std::size_t pair) const { return latency_[pair]; }
  /// From now on no route has any latency.
  void remove_latency() { std::ranges::fill(latency_, 0); }

 private:
  /// The links since the last route's end are that of the next pair.
  void end_route(const Topology& topology, DeviceId source, DeviceId destination);
  void index_sources(int devices);

  std::vector<Pair> pairs_;
  std::vector<std::size_t> first_pair_of_source_;  // CSR over sources, size devices + 1
  std::vector<std::size_t> first_link_ = {0};      // CSR over pairs
  std::vector<LinkId> links_;
  std::vector<Seconds> latency_;
};

}  // namespace epsim
