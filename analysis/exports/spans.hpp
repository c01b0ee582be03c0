// How the exporters name an operation that took time (a span): its kind, its stream, its expert.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/placement/expert_placement.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

/// "transfer"; "computation" (gate and experts); "overhead" (a transport's software cost on a sending
/// stream). Precondition: not a join.
[[nodiscard]] std::string_view span_kind(const Schedule& schedule, OpId op);

/// "scale_up"; "scale_up.1" for a second lane.
[[nodiscard]] std::string stream_label(const Stream& stream);

/// The expert in the slot that the operation names, where it names one.
[[nodiscard]] std::optional<std::int32_t> expert_of(const Schedule& schedule,
                                                    const ExpertPlacement& placement, OpId op);

}  // namespace epsim
