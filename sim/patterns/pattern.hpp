// Communication patterns: pure generators that append one exchange's transfers to a schedule. A pattern is
// one file, which ends with a function that returns its Pattern, and its row in patterns.cpp; everything else
// follows from that.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "sim/exchange.hpp"
#include "sim/patterns/option.hpp"
#include "sim/patterns/size.hpp"
#include "sim/schedule/schedule.hpp"
#include "sim/schedule/scheduled_exchange.hpp"

namespace epsim {

/// How an exchange's transfers follow each other, for estimates by closed forms.
struct ExchangeShape {
  enum class Form {
    direct,      ///< everything may go at once
    two_stages,  ///< over one fabric, then over the other; with one node direct
    rounds,      ///< a transfer waits for its devices' transfers before it
  } form = Form::direct;
  int window = 0;  ///< transfers in flight per sending stream; 0: no limit
};

struct Pattern {
  std::string_view name;     ///< in scenario files and results
  std::string_view summary;  ///< one line for `epsim list`
  std::vector<PatternOption> options;
  /// Appends the exchange; takes where data is ready, returns where it has arrived.
  DataOps (*append)(Schedule&, const Exchange&, const PatternOptions&, const DataOps& ready);
  ExchangeShape (*shape)(const PatternOptions&);
  PatternSize (*size)(const PatternOptions&, const ExperimentSize&);
};

/// All patterns; a PatternKind (scenario.hpp) is a place in this list, and needs a name of its own only where
/// code or tests speak of that pattern.
[[nodiscard]] std::span<const Pattern> all_patterns();
[[nodiscard]] const Pattern& pattern(PatternKind kind);
[[nodiscard]] std::vector<PatternKind> all_pattern_kinds();
[[nodiscard]] std::string_view name_of(PatternKind kind);

}  // namespace epsim
