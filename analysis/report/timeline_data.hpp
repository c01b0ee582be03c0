// What devices did when, from spans.csv and critical_path.csv, small enough for a page.
#pragma once

#include "analysis/report/comparison_input.hpp"

namespace epsim {

/// Per pattern {tick_seconds, merged_seconds, rows: [[device, lane, part, [gap, length, gap, ...]]], path}.
/// Spans of a row that overlap, or lie closer together than merged_seconds, are one; it is as small as the
/// page can hold. Throws Error (input) where the tables and result.json do not belong together.
[[nodiscard]] nlohmann::ordered_json timeline_data(const ComparisonInput& input);

}  // namespace epsim
