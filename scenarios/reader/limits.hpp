// The largest values that make sense, so that a slip of the keyboard is an error and not an hour of work.
// Memory is estimated separately, before a simulation.
#pragma once

#include "platforms/parameter.hpp"
#include "scenarios/reader/json_reader.hpp"

namespace epsim::limits {

/// Direct traffic is held as a matrix: 0.5 GiB at this size.
inline constexpr std::int64_t most_matrix_ranks = 8192;
/// Sums of bytes stay exact in a double up to 2^53.
inline constexpr std::int64_t most_bytes = std::int64_t{1} << 53;

inline constexpr IntegerRange devices = {1, most_devices};
inline constexpr IntegerRange nodes = {1, 2048};
inline constexpr NumberRange nics_per_device = {0.01, 64, "0.01 to 64"};
inline constexpr IntegerRange experts = {1, 65536};
inline constexpr IntegerRange redundant_experts = {0, 65536};
inline constexpr IntegerRange width = {1, 1 << 20};
inline constexpr IntegerRange tokens = {1, 1 << 26};
inline constexpr IntegerRange tokens_of_one = {0, 1 << 26};
inline constexpr IntegerRange steps = {1, 1'000'000};
inline constexpr IntegerRange seed = {0, INT64_MAX};
inline constexpr IntegerRange layer = {0, 65536};
inline constexpr IntegerRange topics = {0, 65536};
inline constexpr IntegerRange embedding_dim = {1, 4096};
inline constexpr IntegerRange count = {0, 1'000'000};
inline constexpr IntegerRange bytes = {0, most_bytes};
inline constexpr IntegerRange memory = {1, most_bytes};

inline constexpr NumberRange skew = {0, 5, "0 to 5"};
inline constexpr NumberRange alpha = {0.01, 10, "0.01 to 10"};
inline constexpr NumberRange hot_share = {0.001, 0.999, "0.001 to 0.999"};
inline constexpr NumberRange drift = {0, 1, "0 to 1"};
inline constexpr NumberRange concentration = {0, 1, "0 to 1"};
inline constexpr NumberRange learning_rate = {0, 1e9, "0 to 1000000000"};
inline constexpr NumberRange capacity_factor = {0.001, 1000, "0.001 to 1000"};
inline constexpr NumberRange weight = {0, 1000, "0 to 1000"};
inline constexpr NumberRange share = {0.001, 1, "0.001 to 1"};
inline constexpr NumberRange latency = {0, 10, "0 s to 10 s"};
// A coarser one would no longer keep makespans within 0.1 %.
inline constexpr NumberRange resolution = {0, 0.01, "0 (exact) to 0.01"};
inline constexpr NumberRange measured = {1e-9, 1e6, "1 ns to 1000000 s"};
inline constexpr NumberRange bandwidth = {1, 1e18, "1 B/s to 1000 PB/s"};
inline constexpr NumberRange bandwidth_or_none = {0, 1e18, "0 to 1000 PB/s"};
inline constexpr NumberRange flops = {1, 1e21, "1 FLOPS to 1000000 PFLOPS"};
inline constexpr NumberRange flops_or_none = {0, 1e21, "0 to 1000000 PFLOPS"};

}  // namespace epsim::limits
