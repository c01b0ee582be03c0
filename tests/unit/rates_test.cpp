// The rates that people quote, by their tools' own definitions.
#include "analysis/rates.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/experiment_result.hpp"
#include "analysis/exports/rates_text.hpp"
#include "analysis/exports/result_json.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "tests/support/scenarios.hpp"

using namespace epsim;

namespace {

/// The published case of that name, simulated.
ExperimentResult published(std::string_view id) {
  for (const EmbeddedFile& file : embedded_validation())
    if (file.name == id) {
      const Scenario scenario = parse(parse_json(file.text, file.name));
      return run_and_summarize(scenario, {{scenario.expert_parallel.communication_pattern}}, {.parallel = 1});
    }
  throw std::runtime_error("no such case");
}

PhaseRates rates_of(const ExperimentResult& experiment, Phase phase) {
  return phase_rates(experiment.last_step.traffic, phase,
                     experiment.summaries.back().layers[0].phase(phase).seconds);
}

}  // namespace

TEST_CASE("rates: two ranks by hand") {
  // Rank 0 has 3 tokens: two for its own slot, all three for rank 1's; rank 1 has one for itself.
  Traffic traffic;
  traffic.rank_of_slot = {0, 1};
  traffic.selections = Matrix<std::int64_t>(2, 2, 0);
  traffic.selections(0, 0) = 2;
  traffic.selections(0, 1) = 3;
  traffic.selections(1, 1) = 1;
  traffic.device_copies = traffic.selections;
  traffic.node_copies = Matrix<std::int64_t>(2, 1, 0);
  traffic.node_copies(0, 0) = 3;
  traffic.node_copies(1, 0) = 1;
  traffic.home_tokens = {3, 1};
  traffic.dispatch_bytes_per_copy = 100;
  traffic.combine_bytes_per_copy = 200;
  const PhaseRates rates = phase_rates(traffic, Phase::dispatch, 2);
  CHECK(rates.logical_bytes == 300);
  CHECK(rates.busbw == 75);                 // 300 B / 2 ranks / 2 s
  CHECK(rates.algbw == 150);                // x 2 / 1
  CHECK(*rates.deepep_rdma == 100);         // 4 copies
  CHECK(*rates.deepep_nvlink == 150);       // 6 copies
  CHECK(*rates.deepep_low_latency == 150);  // 6 selections
  CHECK(*rates.tokens_per_second == 1);     // 4 tokens / 2 ranks / 2 s
  CHECK(phase_rates(traffic, Phase::combine, 2).busbw == 150);
  CHECK(phase_rates(traffic, Phase::dispatch, 0).busbw == 0);
}

TEST_CASE("rates: nccl-tests' bus bandwidth of 2 x 8 B200") {
  // 89.87 GB/s published.
  const PhaseRates rates = rates_of(published("nccl_alltoall_2x8_b200"), Phase::dispatch);
  CHECK(rates.busbw == doctest::Approx(89.87e9).epsilon(0.01));
  CHECK(rates.algbw == doctest::Approx(89.87e9 * 16 / 15).epsilon(0.01));
  CHECK(!rates.deepep_rdma);
}

TEST_CASE("rates: what DeepEP prints for its normal kernels") {
  // 153 and 158 GB/s of NVLink at EP8, 58 and 57 GB/s of RDMA at EP32.
  const ExperimentResult ep8 = published("deepep_normal_ep8");
  CHECK(*rates_of(ep8, Phase::dispatch).deepep_nvlink == doctest::Approx(153e9).epsilon(0.03));
  CHECK(*rates_of(ep8, Phase::combine).deepep_nvlink == doctest::Approx(158e9).epsilon(0.03));
  const ExperimentResult ep32 = published("deepep_normal_ep32");
  CHECK(*rates_of(ep32, Phase::dispatch).deepep_rdma == doctest::Approx(58e9).epsilon(0.03));
  CHECK(*rates_of(ep32, Phase::combine).deepep_rdma == doctest::Approx(57e9).epsilon(0.03));
  const nlohmann::json run = run_json(ep32, 0, nlohmann::ordered_json());
  const nlohmann::json& dispatch = run["phases"]["dispatch"];
  CHECK(dispatch["rates"]["deepep_rdma"].get<double>() == *rates_of(ep32, Phase::dispatch).deepep_rdma);
  CHECK(dispatch["logical_bytes"].get<double>() < dispatch["bytes"].get<double>());  // some are forwarded
  CHECK(!run["steps"][0]["phases"]["dispatch"].contains("rates"));
  CHECK(rates_table(ep32).find("hierarchical  dispatch") != std::string::npos);
}
