#include "analysis/rates.hpp"

#include <numeric>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

double sum(const Matrix<std::int64_t>& counts) {
  double total = 0;
  for (int row = 0; row < counts.rows(); ++row)
    for (const std::int64_t count : counts.row(row)) total += static_cast<double>(count);
  return total;
}

double own(const Matrix<std::int64_t>& counts) {
  double total = 0;
  for (Rank rank = 0; rank < counts.rows(); ++rank) total += static_cast<double>(counts(rank, rank));
  return total;
}

}  // namespace

PhaseRates phase_rates(const Traffic& traffic, Phase phase, Seconds seconds) {
  PhaseRates rates;
  const auto bytes = static_cast<double>(phase == Phase::combine ? traffic.combine_bytes_per_copy
                                                                 : traffic.dispatch_bytes_per_copy);
  const double copies = sum(traffic.device_copies);
  const double remote = copies - own(traffic.device_copies);
  rates.logical_bytes = static_cast<Bytes>(remote * bytes);
  if (seconds <= 0) return rates;
  const double ranks = traffic.ranks();
  const double per_second = bytes / ranks / seconds;
  rates.busbw = remote * per_second;
  rates.algbw = ranks > 1 ? rates.busbw * ranks / (ranks - 1) : 0;
  if (traffic.home_tokens.empty()) return rates;
  rates.deepep_rdma = sum(traffic.node_copies) * per_second;
  rates.deepep_nvlink = copies * per_second;
  rates.deepep_low_latency = sum(traffic.selections) * per_second;
  const auto tokens =
      std::accumulate(traffic.home_tokens.begin(), traffic.home_tokens.end(), std::int64_t{0});
  rates.tokens_per_second = static_cast<double>(tokens) / ranks / seconds;
  return rates;
}

}  // namespace epsim
