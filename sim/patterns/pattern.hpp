// Communication patterns: pure generators that append one exchange's transfers to a schedule. To add one,
// write its file, declare its function in patterns.hpp and add its line to the table in pattern.cpp.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "sim/exchange.hpp"
#include "sim/schedule/schedule.hpp"
#include "sim/schedule/scheduled_exchange.hpp"

namespace epsim {

struct Pattern {
  PatternKind kind;
  std::string_view summary;  ///< one line for `epsim list`
  /// Appends the exchange; takes where data is ready, returns where it has arrived.
  DataOps (*append)(Schedule&, const Exchange&, const PatternOptions&, const DataOps& ready);
};

/// All patterns in the order of PatternKind.
[[nodiscard]] std::span<const Pattern> all_patterns();
[[nodiscard]] const Pattern& pattern(PatternKind kind);

}  // namespace epsim
