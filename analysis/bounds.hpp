// Lower bounds: what no pattern can beat on this platform. Platform bandwidth only, no transport cost, the
// same for every pattern, so that it compares them.
#pragma once

#include <vector>

#include "sim/routed_step.hpp"

namespace epsim {

/// The least bytes each rank and node of the group has to take in and give out in one exchange, and the cut
/// that asks for the most time.
struct ExchangeDemand {
  std::vector<Bytes> rank_in;
  std::vector<Bytes> rank_out;
  std::vector<Bytes> node_in;   ///< from other nodes
  std::vector<Bytes> node_out;  ///< to other nodes
  Seconds cut_seconds = 0;      ///< largest over the cuts tried of bytes that must cross / min-cut bandwidth
};

struct LayerDemand {
  ExchangeDemand dispatch;
  ExchangeDemand combine;  ///< all zero for direct traffic
};

struct LowerBounds {
  Seconds dispatch = 0;
  Seconds combine = 0;
  Seconds gate = 0;    ///< the busiest device's
  Seconds expert = 0;  ///< the busiest device's
  Seconds layer = 0;   ///< larger of the busiest device's computation and, per port or node,
                       ///< (dispatch + combine bytes) / bandwidth; direct traffic: dispatch, all there is
};

/// Counted token by token from the routing and the placement; from the matrix for direct traffic.
[[nodiscard]] LayerDemand layer_demand(const Cluster& cluster, const RoutedStep& step);

/// Dispatch: every rank receives one copy per (token, rank != home) and sends at least one per token with a
/// remote selection, each / the summed bandwidth of the device's ports; every node likewise / its summed
/// scale-out bandwidth; cuts; plus the smallest route latency. Combine swaps directions. A traffic matrix:
/// its row and column sums and cuts. An exchange without network bytes has bound 0.
/// Why: analysis/README.md, "Lower bounds".
[[nodiscard]] LowerBounds lower_bounds(const Scenario& scenario, const Cluster& cluster,
                                       const RoutedStep& step);

}  // namespace epsim
