#include "scenarios/reader/model_presets.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/nearest_name.hpp"

namespace epsim {
namespace {

using enum GateKind;
using enum GroupScore;

constexpr std::array<ModelPreset, 13> presets = {
    {{"deepseek_v2", "DeepSeek-V2", 5120, 1536, 160, 6, 59, softmax, 8, 3, max},
     {"deepseek_v3", "DeepSeek-V3/R1", 7168, 2048, 256, 8, 58, sigmoid, 8, 4, top2_sum},
     {"kimi_k2", "Kimi-K2", 7168, 2048, 384, 8, 60, sigmoid},
     {"glm_4_5", "GLM-4.5", 5120, 1536, 160, 8, 89, sigmoid},
     {"qwen3_235b_a22b", "Qwen3-235B-A22B", 4096, 1536, 128, 8, 94},
     {"qwen3_30b_a3b", "Qwen3-30B-A3B", 2048, 768, 128, 8, 48},
     {"mixtral_8x7b", "Mixtral 8x7B", 4096, 14336, 8, 2, 32},
     {"mixtral_8x22b", "Mixtral 8x22B", 6144, 16384, 8, 2, 56},
     {"llama4_scout", "Llama-4 Scout", 5120, 8192, 16, 1, 48, sigmoid},
     {"llama4_maverick", "Llama-4 Maverick", 5120, 8192, 128, 1, 24, sigmoid},
     {"gpt_oss_120b", "gpt-oss-120b", 2880, 2880, 128, 4, 36},
     {"dbrx", "DBRX", 6144, 10752, 16, 4, 40},
     {"olmoe", "OLMoE", 2048, 1024, 64, 8, 16}}};

Model model_of(const ModelPreset& preset) {
  return {{std::string(preset.name), preset.hidden, preset.expert_intermediate},
          preset.num_experts,
          preset.top_k,
          preset.gate,
          preset.expert_groups,
          preset.expert_groups > 1 ? std::optional(preset.kept_groups) : std::nullopt,
          preset.group_score};
}

Model preset_model(const std::string& name, const std::string& pointer, std::vector<Problem>& problems) {
  std::vector<std::string_view> names;
  for (const ModelPreset& preset : presets) {
    if (preset.name == name) return model_of(preset);
    names.push_back(preset.name);
  }
  problems.push_back({pointer, in_quotes(name) + " is not a model preset", suggestion(name, names)});
  return {};
}

}  // namespace

std::span<const ModelPreset> model_presets() {
  return presets;
}

Model read_model(const nlohmann::json* value, std::vector<Problem>& problems) {
  if (!value) return {};
  if (value->is_string()) return preset_model(value->get<std::string>(), "/model", problems);
  if (!value->is_object()) {
    problems.push_back({"/model", fmt::format("found {}", describe(*value)),
                        "give a preset's name, like \"deepseek_v3\", or an object"});
    return {};
  }
  JsonObject object(*value, "/model", problems);
  const auto preset = object.string("preset");
  Model model = preset ? preset_model(*preset, "/model/preset", problems) : Model{};
  assign(model.shape.hidden, object.integer("hidden", limits::width));
  assign(model.shape.expert_intermediate, object.integer("expert_intermediate", limits::width));
  assign(model.num_experts, object.integer("num_experts", limits::experts));
  assign(model.top_k, object.integer("top_k", limits::experts));
  assign(model.gate, object.choice("gate", "a gate", choices_of<GateKind>()));
  assign(model.expert_groups, object.integer("expert_groups", limits::experts));
  assign(model.kept_groups, object.integer("kept_groups", limits::experts));
  assign(model.group_score, object.choice("group_score", "a group score", choices_of<GroupScore>()));
  object.finish();
  return model;
}

}  // namespace epsim
