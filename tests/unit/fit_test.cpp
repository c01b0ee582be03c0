#include "analysis/fit.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/route.hpp"
#include "tests/support/routing.hpp"

namespace epsim {

namespace {

/// Loads [step][expert] of a scenario's router.
Matrix<double> loads_of(const Scenario& scenario) {
  Matrix<double> loads(scenario.workload.steps, scenario.expert_parallel.num_experts);
  RouterState state;
  for (int step = 0; step < scenario.workload.steps; ++step) {
    const RoutedTokens routed = route(scenario, state);
    for (int e = 0; e < loads.columns(); ++e)
      loads(step, e) = static_cast<double>(routed.report.expert_loads[at(e)]);
    state = routed.next;
  }
  return loads;
}

}  // namespace

TEST_CASE("fit: figures by hand") {
  // Logarithms -1, 1: deviation 1. Then 1, -1 and -1, 1 again: correlations of -1 and -1 count as drift 1.
  const double e = std::exp(1.0);
  Matrix<double> loads(3, 2);
  loads(0, 0) = loads(1, 1) = loads(2, 0) = 1;
  loads(0, 1) = loads(1, 0) = loads(2, 1) = e * e;
  const Fit fit = fit_loads(loads, false);
  CHECK(fit.skew == doctest::Approx(1).epsilon(1e-12));
  CHECK(*fit.drift == 1);
  Matrix<double> still(2, 2);
  still(0, 0) = still(1, 0) = 3;
  still(0, 1) = still(1, 1) = 4;
  CHECK(*fit_loads(still, false).drift == doctest::Approx(0).epsilon(1e-6));
  CHECK(fit_loads(still, true).skew < fit_loads(still, false).skew);  // less than what counting makes
}

TEST_CASE("fit: shares of tokens give the skew that their counts give") {
  Matrix<double> loads(1, 5);
  Matrix<double> shares(1, 5);
  for (int e = 0; e < 5; ++e) {
    loads(0, e) = e;  // one was never chosen
    shares(0, e) = e / 10.0;
  }
  CHECK(fit_loads(shares, false).skew == doctest::Approx(fit_loads(loads, false).skew).epsilon(1e-12));
  CHECK(fit_loads(shares, false).skew > 0.5);
}

TEST_CASE("fit: the skew and drift that made a load are recovered") {
  for (const double skew : {0.3, 0.8}) {
    Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 128, 4, {8192});
    scenario.workload.skew = skew;
    scenario.workload.drift = 0.5;
    scenario.workload.steps = 8;
    scenario.expert_parallel.use_auxiliary_loss = false;
    const Fit fit = fit_loads(loads_of(scenario), true);
    CAPTURE(skew);
    CHECK(fit.skew == doctest::Approx(skew).epsilon(0.05));
    CHECK(*fit.drift == doctest::Approx(0.5).epsilon(0.12));
  }
}

TEST_CASE("fit: equal loads have no skew whatever their noise") {
  const Scenario scenario = scenario_of(RoutingStrategy::random, 64, 4, {4096});
  const Fit fit = fit_loads(loads_of(scenario), true);
  CHECK(fit.skew < 0.03);
  CHECK_FALSE(fit.drift.has_value());
}

}  // namespace epsim
