// Blame: where the time of a run went, along its critical path.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/blame/critical_path.hpp"
#include "platforms/indexing.hpp"
#include "platforms/names.hpp"
#include "sim/simulate.hpp"

namespace epsim {

/// What a piece of the critical path was spent on.
enum class Cause : std::uint8_t {
  start_up,             ///< a device's start-up when it enters an exchange
  message_overhead,     ///< of the transport, per message
  least_duration,       ///< the floor of the transport's kernels
  latency,              ///< of a transfer's route
  window,               ///< the same where the transfer waited for a slot of its stream's window
  scale_up_transfer,    ///< a transfer alone on its route, whose narrowest link is of class scale_up
  scale_up_sharing,     ///< what it took longer, the link that limits it being of that class
  scale_out_transfer,   ///< as these, scale_out
  scale_out_sharing,    ///< "
  device_cap_transfer,  ///< the narrowest is what the transport lets a device send or receive (SMs)
  device_cap_sharing,   ///< "
  computation,          ///< gate and experts, up to the mean over the devices
  hot_device,           ///< the same above the mean
  unexplained           ///< waiting that nothing explains: must be zero
};
inline constexpr std::size_t cause_count = 14;
template <>
struct Names<Cause> {
  static constexpr auto values =
      name_list("start_up", "message_overhead", "least_duration", "latency", "window", "scale_up_transfer",
                "scale_up_sharing", "scale_out_transfer", "scale_out_sharing", "device_cap_transfer",
                "device_cap_sharing", "computation", "hot_device", "unexplained");
};

/// What could be made faster, or given more of, to shorten the path.
enum class Resource : std::uint8_t {
  start_up,
  message_overhead,
  least_duration,
  latency,
  window,
  scale_up,
  scale_out,
  device_cap,
  computation,
  balance  ///< of computation over the devices
};
inline constexpr std::size_t resource_count = 10;
template <>
struct Names<Resource> {
  static constexpr auto values =
      name_list("start_up", "message_overhead", "least_duration", "latency", "window", "scale_up",
                "scale_out", "device_cap", "computation", "balance");
};

/// None for Cause::unexplained.
[[nodiscard]] std::optional<Resource> resource_of(Cause cause);
/// scale_up, scale_out or, of a link beyond the topology's, device_cap.
[[nodiscard]] Resource resource_of(const Topology& topology, LinkId link);
/// Whether a cause is sharing of the resource, rather than its use alone.
[[nodiscard]] bool is_sharing(Cause cause);

using SecondsByCause = std::array<Seconds, cause_count>;

/// One operation's part of the critical path, and what its time went on.
struct BlamedStep {
  PathStep step;
  SecondsByCause seconds = {};
  std::optional<LinkId> link;  ///< of a transfer that shared links: the one that limited it
};

/// What a resource has of a critical path.
struct ResourceBlame {
  Resource resource = Resource::start_up;
  Seconds seconds = 0;
  Seconds sharing = 0;  ///< of these
};

struct LinkBlame {
  LinkId link = 0;      ///< of the routes, caps too
  Seconds seconds = 0;  ///< of the path that transfers spent on sharing it
};

struct Blame {
  SecondsByCause seconds = {};                            ///< they add up to the layer's time
  std::array<SecondsByCause, phase_count> by_phase = {};  ///< the same, by Phase
  std::vector<LinkBlame> links;                           ///< longest first; ties: the lower link
  std::vector<BlamedStep> path;

  [[nodiscard]] Seconds of(Cause cause) const { return seconds[at(cause)]; }
};

/// The parts of the critical path. A transfer of b bytes took its route's latency, its load (b + half_size) /
/// the narrowest achieved bandwidth of its route, and the rest is sharing. A rest is blamed on the link
/// that limited it: of the links of its route that were about as full as the fullest (90 % of it) while its
/// bytes were under way the one whose flows got least on average, every transfer's bytes counted evenly
/// between their arrival in the network and its end. Computation of a device that has D seconds of it in a
/// phase, where the mean over the group is M, is `computation` for min(1, M / D) of it.
[[nodiscard]] Blame blame(const Cluster& cluster, const Simulation& simulation);

/// Every resource, the one with the longest part first; ties: in their order.
[[nodiscard]] std::vector<ResourceBlame> by_resource(const Blame& blame);

}  // namespace epsim
