#include "sim/computation.hpp"

#include <doctest/doctest.h>

namespace epsim {

namespace {

/// 1 TFLOP/s in BF16 and 2 in FP8, half of it achieved; 1 GB/s of memory bandwidth, four fifths achieved.
Scenario small_device() {
  Scenario scenario;
  scenario.model.hidden = 1000;
  scenario.model.expert_intermediate = 2000;
  scenario.expert_parallel.num_experts = 100;
  scenario.platform.device.bf16_flops = 1e12;
  scenario.platform.device.fp8_flops = 2e12;
  scenario.platform.device.gemm_efficiency = 0.5;
  scenario.platform.device.memory_bandwidth = 1e9;
  scenario.platform.device.memory_efficiency = 0.8;
  return scenario;
}

}  // namespace

TEST_CASE("few tokens wait for the expert's weights") {
  // 3 matrices * 1,000 * 2,000 = 6e6 weights of 2 bytes at 0.8e9 B/s = 15 ms; 10 tokens compute for
  // 2 * 6e6 * 10 / 0.5e12 = 0.24 ms.
  Scenario scenario = small_device();
  CHECK(expert_seconds(scenario, 10) == doctest::Approx(15e-3).epsilon(1e-12));
  CHECK(expert_seconds(scenario, 1) == expert_seconds(scenario, 10));
  // FP8: one byte per weight.
  scenario.payload.weights = DataType::fp8;
  CHECK(expert_seconds(scenario, 10) == doctest::Approx(7.5e-3).epsilon(1e-12));
}

TEST_CASE("many tokens wait for the arithmetic") {
  // 2 * 6e6 * 10,000 = 1.2e11 FLOP at 0.5e12 FLOP/s = 0.24 s; FP8 at 1e12 = 0.12 s.
  Scenario scenario = small_device();
  CHECK(expert_seconds(scenario, 10000) == doctest::Approx(0.24).epsilon(1e-12));
  scenario.payload.weights = DataType::fp8;
  CHECK(expert_seconds(scenario, 10000) == doctest::Approx(0.12).epsilon(1e-12));
}

TEST_CASE("weights of four bits are read as such and computed with in FP8, else in BF16") {
  // 6e6 weights of 1/2 + 1/32 bytes at 0.8e9 B/s = 3.984 ms; 1.2e11 FLOP in FP8 take 0.12 s, in BF16 0.24 s.
  Scenario scenario = small_device();
  scenario.payload.weights = DataType::mxfp4;
  CHECK(expert_seconds(scenario, 10) == doctest::Approx(6e6 * (0.5 + 1.0 / 32) / 0.8e9).epsilon(1e-12));
  CHECK(expert_seconds(scenario, 10000) == doctest::Approx(0.12).epsilon(1e-12));
  scenario.platform.device.fp8_flops = 0;
  CHECK(expert_seconds(scenario, 10000) == doctest::Approx(0.24).epsilon(1e-12));
}

TEST_CASE("no tokens take no time") {
  CHECK(expert_seconds(small_device(), 0) == 0);
  CHECK(gate_seconds(small_device(), 0) == 0);
}

TEST_CASE("the gate is a BF16 product whatever the experts' weights are") {
  // 1,000 * 100 = 1e5 weights: 2e5 bytes at 0.8e9 B/s = 0.25 ms; 1e6 tokens compute for
  // 2 * 1e5 * 1e6 / 0.5e12 = 0.4 s.
  Scenario scenario = small_device();
  scenario.payload.weights = DataType::fp8;
  CHECK(gate_seconds(scenario, 1) == doctest::Approx(0.25e-3).epsilon(1e-12));
  CHECK(gate_seconds(scenario, 1'000'000) == doctest::Approx(0.4).epsilon(1e-12));
}

TEST_CASE("strategies without a gate take no gate time") {
  Scenario scenario = small_device();
  for (const RoutingStrategy strategy : {RoutingStrategy::hash_based, RoutingStrategy::random}) {
    scenario.expert_parallel.routing_strategy = strategy;
    CHECK(gate_seconds(scenario, 1000) == 0);
  }
}

}  // namespace epsim
