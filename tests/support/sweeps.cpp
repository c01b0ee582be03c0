#include "tests/support/sweeps.hpp"

#include "scenarios/sweep/sweep_reader.hpp"

namespace epsim {

using nlohmann::json;

json small_base() {
  return {{"model", "mixtral_8x7b"},
          {"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 1}}},
          {"expert_parallel", {{"routing_strategy", "hash_based"}}},
          {"workload", {{"tokens_per_device", 8}}}};
}

json small_sweep() {
  return {{"name", "small"},
          {"base", small_base()},
          {"grid",
           {{"/platform/scale_up_bandwidth", {"100GBps", "200GBps"}},
            {"/workload/tokens_per_device", {8, 16, 32}}}},
          {"patterns", {"all_to_all", "ring"}}};
}

Sweep sweep_of(const json& document) {
  return parse_sweep(document, ".", "test", {});
}

}  // namespace epsim
