// Rates that people quote of an exchange. Each tool counts other bytes, so each has its own; README.md here
// defines them. All are means over the ranks, in bytes (or tokens) per second.
#pragma once

#include <optional>

#include "sim/group.hpp"
#include "sim/phase.hpp"
#include "sim/traffic.hpp"

namespace epsim {

struct PhaseRates {
  Bytes logical_bytes = 0;  ///< of all ranks: one copy per (token, device other than its home)
  BytesPerSecond busbw = 0;
  BytesPerSecond algbw = 0;
  // None of direct traffic, which knows no tokens.
  std::optional<BytesPerSecond> deepep_rdma;
  std::optional<BytesPerSecond> deepep_nvlink;
  std::optional<BytesPerSecond> deepep_low_latency;
  std::optional<double> tokens_per_second;  ///< of each device's own tokens
};

/// Of dispatch or combine, which took `seconds`; all zero where that is 0.
[[nodiscard]] PhaseRates phase_rates(const Traffic& traffic, Phase phase, Seconds seconds);

}  // namespace epsim
