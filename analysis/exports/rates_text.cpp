#include "analysis/exports/rates_text.hpp"

#include <fmt/format.h>

#include "analysis/exports/text_table.hpp"
#include "analysis/rates.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

std::string rate_text(const std::optional<BytesPerSecond>& rate) {
  return rate ? format_bandwidth(*rate) : "-";
}

Row rates_row(const ExperimentResult& experiment, std::size_t pattern, Phase phase) {
  const PhaseSummary& summary = experiment.summaries.back().layers[pattern].phase(phase);
  const PhaseRates rates = phase_rates(experiment.last_step.traffic, phase, summary.seconds);
  return {std::string(name_of(experiment.patterns[pattern])),
          std::string(name_of(phase)),
          format_bytes(static_cast<double>(rates.logical_bytes)),
          format_bytes(static_cast<double>(summary.bytes)),
          rate_text(rates.algbw),
          rate_text(rates.busbw),
          rate_text(rates.deepep_rdma),
          rate_text(rates.deepep_nvlink),
          rate_text(rates.deepep_low_latency),
          rates.tokens_per_second ? fmt::format("{:.4g}", *rates.tokens_per_second) : "-"};
}

}  // namespace

std::string rates_table(const ExperimentResult& experiment) {
  std::vector<Row> rows;
  for (std::size_t pattern = 0; pattern < experiment.patterns.size(); ++pattern)
    for (const Phase phase : {Phase::dispatch, Phase::combine})
      if (experiment.summaries.back().layers[pattern].phase(phase).seconds > 0)
        rows.push_back(rates_row(experiment, pattern, phase));
  return layout({{"pattern", true},
                 {"phase", true},
                 {"logical"},
                 {"physical"},
                 {"algbw"},
                 {"busbw"},
                 {"DeepEP RDMA"},
                 {"NVLink"},
                 {"low-latency"},
                 {"tokens/s/device"}},
                rows);
}

}  // namespace epsim
