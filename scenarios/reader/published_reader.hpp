// Published measurements that a scenario is held against by `epsim validate`: times of a phase or of the
// whole layer, at one or several sizes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/reader/json_reader.hpp"

namespace epsim {

/// One measured size.
struct PublishedPoint {
  std::optional<std::int64_t> tokens_per_device;  ///< what the scenario is set to; empty: as it stands
  std::optional<std::int64_t> expert_parallel_size;
  std::optional<Bytes> bytes_per_rank;
  std::optional<Seconds> dispatch;
  std::optional<Seconds> combine;
  std::optional<Seconds> layer;
  std::optional<Seconds> balanced_layer;  ///< the same with load_balancing round_robin
  bool counted = true;                    ///< in mean errors; otherwise it is shown alone
};

/// Reads `published`, a list of points; nothing where there is none.
[[nodiscard]] std::vector<PublishedPoint> read_published(const nlohmann::json* value,
                                                         std::vector<Problem>& problems);

/// The scenario with the point's sizes.
[[nodiscard]] nlohmann::json at_size(nlohmann::json scenario, const PublishedPoint& point);

}  // namespace epsim
