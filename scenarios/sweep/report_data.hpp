// What the report of a sweep is given: its rows as `sweep export` has them, and what they are.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scenarios/sweep/database.hpp"

namespace epsim {

/// {kind, version, name, question, expect, figure, pointers, patterns, columns: [{name, type}], t_quantiles
/// (by degrees of freedom, null first), done, failed, pending, scenario: {point, version, resolved} of the
/// first point that is done, rows: [{point, seed (as text: JavaScript's numbers hold 53 bits), pattern,
/// settings, figures, status, error}]}. Throws Error (input) where no point is done.
[[nodiscard]] nlohmann::ordered_json sweep_report_data(SweepDatabase& database, const StoredSweep& stored);

}  // namespace epsim
