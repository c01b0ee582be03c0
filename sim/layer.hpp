// Composition of one MoE layer: gate, dispatch, experts, combine.
#pragma once

#include <vector>

#include "sim/schedule/schedule.hpp"
#include "sim/schedule/scheduled_exchange.hpp"
#include "sim/traffic.hpp"

namespace epsim {

struct LayerSchedule {
  Schedule schedule;
  std::vector<ScheduledExchange> exchanges;
  PartEntries entries;  ///< of every device that takes part in an exchange
};

/// Direct traffic (no combine): the dispatch exchange alone.
[[nodiscard]] LayerSchedule build_layer(const Scenario& scenario, PatternKind pattern, const Group& group,
                                        const Traffic& traffic);

}  // namespace epsim
