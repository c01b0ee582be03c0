// The MoE layers of published models. Source: the models' published configurations (config.json).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scenarios/reader/json_reader.hpp"
#include "sim/scenario.hpp"

namespace epsim {

struct ModelPreset {
  std::string_view name;
  std::string_view title;  ///< as its makers write it
  int hidden;
  int expert_intermediate;
  int num_experts;
  int top_k;
  int moe_layers;
  GateKind gate = GateKind::softmax;
  int expert_groups = 1;
  int kept_groups = 1;
  GroupScore group_score = GroupScore::top2_sum;
};

[[nodiscard]] std::span<const ModelPreset> model_presets();

/// What `model` said: the shape, and the routing figures it brings, where it brings them.
struct Model {
  ModelShape shape;
  std::optional<int> num_experts;
  std::optional<int> top_k;
  GateKind gate = GateKind::softmax;
  int expert_groups = 1;
  std::optional<int> kept_groups;  ///< absent: all of them
  GroupScore group_score = GroupScore::top2_sum;
};

/// Reads `model`: absent, a preset's name, or an object of {preset, hidden, expert_intermediate, num_experts,
/// top_k, gate, expert_groups, kept_groups, group_score}.
[[nodiscard]] Model read_model(const nlohmann::json* value, std::vector<Problem>& problems);

}  // namespace epsim
