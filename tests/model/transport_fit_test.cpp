// Fitting a transport to times that it made itself.
#include "analysis/calibration/transport_fit.hpp"

#include <doctest/doctest.h>

#include "sim/random.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

MeasuredRun uniform_run(int devices, Bytes bytes) {
  Scenario scenario;
  scenario.platform.topology = star_of(devices, 100e9, 1e-6);
  scenario.direct_traffic = Matrix<Bytes>(devices, devices, bytes);
  scenario.transport.scale_up_share = 0.9;  // where the fit begins
  return MeasuredRun(scenario);
}

const TransportValue& value_of(std::string_view key) {
  for (const TransportValue& value : transport_values())
    if (value.key == key) return value;
  FAIL("no value " << key);
  return transport_values().front();
}

/// The times that the runs take with this transport, each off by up to 2 % one way or the other.
std::vector<Measurement> measured(const std::vector<MeasuredRun>& runs, const Transport& transport) {
  SplitMix64 random(7);
  std::vector<Measurement> measurements;
  for (std::size_t run = 0; run < runs.size(); ++run)
    measurements.push_back({run, Phase::dispatch,
                            runs[run].simulate(transport).dispatch * (1 + 0.04 * (uniform(random()) - 0.5))});
  return measurements;
}

}  // namespace

TEST_CASE("a fit finds start-up, share and half size again from two group sizes with 2 percent noise") {
  Transport truth;
  truth.start_up = 15e-6;
  truth.scale_up_share = 0.7;
  truth.half_size = 200'000;
  std::vector<MeasuredRun> runs;
  for (const int devices : {2, 8})
    for (Bytes bytes = 1 << 10; bytes <= 1 << 27; bytes *= 2) runs.push_back(uniform_run(devices, bytes));
  const std::vector<FreeValue> free = {
      {&value_of("start_up"), ""}, {&value_of("scale_up_share"), ""}, {&value_of("half_size"), ""}};
  const TransportFit fit = fit_transport(runs, measured(runs, truth), free);
  REQUIRE(fit.values.size() == 3);
  CHECK(fit.values[0].number == doctest::Approx(15e-6).epsilon(0.05));
  CHECK(fit.values[1].number == doctest::Approx(0.7).epsilon(0.05));
  CHECK(fit.values[2].number == doctest::Approx(200'000).epsilon(0.05));
  CHECK(fit.mean_error < 0.02);
  for (const FittedValue& one : fit.values) {
    CHECK(!one.is_held);
    CHECK(one.error > 0);
    CHECK(one.error < 0.05);
  }
}

TEST_CASE("values that the times do not tell apart are held") {
  // At one group size, start-up and half size both add the same time to every message size.
  Transport truth;
  truth.start_up = 15e-6;
  truth.scale_up_share = 0.7;
  std::vector<MeasuredRun> runs;
  for (Bytes bytes = 1 << 10; bytes <= 1 << 27; bytes *= 4) runs.push_back(uniform_run(4, bytes));
  const std::vector<FreeValue> free = {{&value_of("start_up"), ""},
                                       {&value_of("scale_up_share"), ""},
                                       {&value_of("half_size"), ""},
                                       {&value_of("scale_out_share"), ""}};
  const TransportFit fit = fit_transport(runs, measured(runs, truth), free);
  CHECK(fit.values[0].number == doctest::Approx(15e-6).epsilon(0.05));
  CHECK(fit.values[1].number == doctest::Approx(0.7).epsilon(0.05));
  CHECK(fit.values[2].is_held);
  CHECK(fit.values[3].is_held);  // there is only one node
}
