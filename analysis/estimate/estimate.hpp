// What a layer's communication costs by closed forms, without an engine: routing, traffic and schedule are
// the simulator's, the times are not. Per exchange, with b the bytes over a link, B its achieved bandwidth
// (platform x the transport's share), o the overhead per message, L the longest latency of the routes, W the
// window, m the messages of a stream and s = bytes / m; bytes are with the transport's half_size for each
// message, and a device is ready after its start-up:
//
//   link     R = max over t of (t + the bytes over it of senders ready at t or later / B): for senders that
//            are all ready at 0 just b / B
//   stream   max(m o + s / B, m (L + o + s / B) / W): the sender's time per message, and Little's law
//   direct   all_to_all direct and point_to_point: a device is done at the latest of
//            o + R + L over its own ports and the switches' links on its routes, and ready + stream + L;
//            no earlier than ready + the transport's least duration
//   hierarchical   two such stages, one per fabric, cut into P = max(1, m / W) pieces (m of a stream of the
//            first stage; 1 without a window): the second starts after a piece of the first and ends no
//            earlier than a piece of its own after the first's end
//   rounds   all_to_all pairwise and ring: the longest path through the schedule, a transfer taking
//            o + bytes / B + L; where a device sends (or receives) both ways round over one port, B / 2
//
// and a layer is the latest device's gate + dispatch + experts + combine. Assumed: links that are shared are
// always busy while somebody has bytes for them, and nobody waits behind a message to a hot device (head of
// line), so skewed traffic may take longer than estimated; experts start when their device has everything, so
// point_to_point per expert, which starts earlier, may take less; both ways round a ring always halve a port
// that they share, though one may be idle, so a skewed ring takes less. How far that is from the simulation
// is measured over the shipped scenarios, see estimate_range.
#pragma once

#include <span>
#include <vector>

#include "analysis/bounds.hpp"
#include "sim/routed_step.hpp"

namespace epsim {

struct PatternEstimate {
  PatternKind pattern;
  Seconds dispatch = 0;  ///< alone, everybody ready at once: as with barriers
  Seconds expert = 0;    ///< the busiest device's
  Seconds combine = 0;   ///< alone, everybody ready at once
  Seconds layer = 0;     ///< devices do not wait for each other but for data; barriers: the sum of the phases
  std::int64_t messages = 0;
};

struct LayerEstimate {
  LowerBounds bounds;
  std::vector<PatternEstimate> patterns;  ///< in the order asked for
};

/// Estimated / simulated layer time over the shipped scenarios, all patterns.
struct EstimateRange {
  double low;
  double high;
};
inline constexpr EstimateRange estimate_range = {0.75, 1.4};

/// Routes all steps; the network is that of the last one. Moving experts (dynamic) is not part of it.
struct EstimatedStep {
  Cluster cluster;
  RoutedStep step;
};
[[nodiscard]] EstimatedStep route_last_step(const Scenario& scenario);

[[nodiscard]] LayerEstimate estimate_layer(const Scenario& scenario, const Cluster& cluster,
                                           const RoutedStep& step, std::span<const PatternKind> patterns);

}  // namespace epsim
