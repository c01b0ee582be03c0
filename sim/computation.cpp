#include "sim/computation.hpp"

#include <algorithm>

namespace epsim {

namespace {

/// Weights of four bits are multiplied in FP8, where there are units for it, else in BF16.
FlopsPerSecond arithmetic_rate(const DeviceCompute& device, DataType weights) {
  const bool in_fp8 = weights != DataType::bf16 && device.fp8_flops > 0;
  return in_fp8 ? device.fp8_flops : device.bf16_flops;
}

/// A matrix product that reads `weights` values once and multiplies each with every token.
Seconds product_seconds(const DeviceCompute& device, DataType type, double weights, std::int64_t tokens) {
  if (tokens <= 0) return 0;
  const double flops = 2 * weights * static_cast<double>(tokens);
  const double bytes = weights * bytes_per_weight(type);
  return std::max(flops / (arithmetic_rate(device, type) * device.gemm_efficiency),
                  bytes / (device.memory_bandwidth * device.memory_efficiency));
}

}  // namespace

Seconds expert_seconds(const Scenario& scenario, std::int64_t tokens) {
  const ModelShape& model = scenario.model;
  const double weights = 3.0 * model.hidden * model.expert_intermediate;
  return product_seconds(scenario.platform.device, scenario.payload.weights, weights, tokens);
}

Seconds gate_seconds(const Scenario& scenario, std::int64_t tokens) {
  const RoutingStrategy strategy = scenario.expert_parallel.routing_strategy;
  if (strategy != RoutingStrategy::learned_gating && strategy != RoutingStrategy::similarity_based) return 0;
  const double weights = static_cast<double>(scenario.model.hidden) * scenario.expert_parallel.num_experts;
  return product_seconds(scenario.platform.device, DataType::bf16, weights, tokens);
}

}  // namespace epsim
