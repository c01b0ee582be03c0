// What validation and calibration say: tables for people, JSON for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "scenarios/validate/validation.hpp"

namespace epsim {

/// Every time, then mean errors by case and family, then ratios under skew.
[[nodiscard]] std::string validation_text(std::span<const Comparison> comparisons);
/// A list of {id, family, phase, tokens_per_device, expert_parallel_size, bytes_per_rank, published_seconds,
/// simulated_seconds, relative_error, counted, published_over_balanced, simulated_over_balanced,
/// ratio_error}; what a time does not have is null.
[[nodiscard]] nlohmann::ordered_json validation_json(std::span<const Comparison> comparisons);

/// The fitted values, with their standard errors and what was held.
[[nodiscard]] std::string fit_text(const TransportFit& fit);

}  // namespace epsim
