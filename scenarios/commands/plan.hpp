// `epsim plan`: which expert-parallel sizes fit into memory, and which of them is fastest.
#pragma once

#include <string>
#include <vector>

#include "scenarios/commands/experiment_options.hpp"

namespace epsim {

struct PlanOptions {
  ExperimentOptions experiment;  ///< `scenario` may be empty
  std::string model;             ///< instead of the scenario's
  std::string platform;          ///< instead of the scenario's
  int world_size = 0;            ///< 0: the platform's devices
  int layers = 0;                ///< MoE layers; 0: the model's
  double memory_share = 0.7;
  bool simulate = false;
};

void plan(const PlanOptions& options);

}  // namespace epsim
