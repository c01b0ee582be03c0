#include "scenarios/reader/popularity_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "sim/routing/popularity.hpp"

namespace epsim {
namespace {

/// Source: 58 layers of DeepSeek-V3's public expert load matrices, 12 recorded workloads: the standard
/// deviation of the logarithms of the loads, prefill of 4,096 tokens and decode.
constexpr std::array<PopularityPreset, 2> presets = {
    {{"deepseek_v3_prefill", 0.86}, {"deepseek_v3_decode", 0.64}}};

/// A token selects an expert at most once, so n experts cannot get more than n of its top_k selections.
void check_hot(JsonObject& object, const Popularity& popularity, const ExpertParallel& experts) {
  constexpr double most_of_tokens = 0.95;  // as target_shares
  const double hot =
      popularity.hot_list.empty() ? popularity.hot_experts : static_cast<double>(popularity.hot_list.size());
  if (hot >= experts.num_experts)
    return object.add_problem(
        "experts", fmt::format("{} of {} experts cannot be hotter than the others", hot, experts.num_experts),
        fmt::format("give fewer than {}", experts.num_experts));
  for (const int expert : popularity.hot_list)
    if (expert >= experts.num_experts)
      return object.add_problem("experts", fmt::format("there is no expert {}", expert),
                                fmt::format("give 0 to {}", experts.num_experts - 1));
  constexpr double rounding = 1e-9;
  if (popularity.hot_share * experts.num_experts < hot * (1 - rounding))
    return object.add_problem("share",
                              fmt::format("{:.3g} of all selections is less than {} of {} experts get anyway",
                                          popularity.hot_share, hot, experts.num_experts),
                              fmt::format("give at least {:.3g}", hot / experts.num_experts));
  const double most = most_of_tokens * hot / experts.top_k;
  if (popularity.hot_share > most)
    object.add_problem("share",
                       fmt::format("{} experts cannot get {:.3g} of all selections where a token makes {}, "
                                   "each to another expert",
                                   hot, popularity.hot_share, experts.top_k),
                       fmt::format("give at most {:.3g}, or more experts", most));
}

void read_hot(JsonObject& object, const ExpertParallel* experts, Popularity& popularity) {
  const std::size_t problems_before = object.problem_count();
  for (const char* key : {"experts", "share"})
    if (!object.has(key))
      object.add_problem(key, "missing", "give hot experts and their share of all selections");
  const nlohmann::json* value = object.raw("experts");
  if (value && value->is_array()) {
    popularity.hot_list =
        object.integers("experts", {0, limits::experts.high - 1}).value_or(std::vector<int>());
    std::ranges::sort(popularity.hot_list);
    if (std::ranges::adjacent_find(popularity.hot_list) != popularity.hot_list.end())
      object.add_problem("experts", "names an expert twice", "name each once");
  } else {
    assign(popularity.hot_experts, object.integer("experts", limits::experts));
  }
  assign(popularity.hot_share, object.number("share", limits::hot_share));
  if (experts && object.problem_count() == problems_before) check_hot(object, popularity, *experts);
}

void read_object(JsonObject object, const ExpertParallel* experts, Workload& result) {
  Popularity& popularity = result.popularity;
  if (!object.has("kind")) object.add_problem("kind", "missing", "give log_normal, power_law or hot");
  assign(popularity.kind, object.choice("kind", "a kind of popularity", choices_of<PopularityKind>()));
  switch (popularity.kind) {
    case PopularityKind::log_normal:
      assign(result.skew, object.number("sigma", limits::skew));
      break;
    case PopularityKind::power_law:
      if (!object.has("alpha"))
        object.add_problem("alpha", "missing", "give the power law's exponent, such as 1.01");
      assign(popularity.alpha, object.number("alpha", limits::alpha));
      break;
    case PopularityKind::hot:
      read_hot(object, experts, popularity);
      break;
  }
  object.finish();
}

void read_name(JsonObject& workload, const std::string& name, Workload& result) {
  std::vector<std::string_view> names;
  for (const PopularityPreset& preset : presets) {
    names.push_back(preset.name);
    if (preset.name != name) continue;
    result.skew = preset.sigma;
    return;
  }
  workload.add_problem("popularity", in_quotes(name) + " is not a popularity preset",
                       suggestion(name, names));
}

}  // namespace

std::span<const PopularityPreset> popularity_presets() {
  return presets;
}

void read_popularity(JsonObject& workload, const ExpertParallel* experts, Workload& result) {
  assign(result.skew, workload.number("skew", limits::skew));
  const nlohmann::json* value = workload.raw("popularity");
  if (!value) return;
  const std::size_t problems_before = workload.problem_count();
  if (workload.has("skew"))
    workload.add_problem("popularity", "cannot stand beside skew, its short form", "give one of the two");
  if (value->is_string())
    read_name(workload, value->get<std::string>(), result);
  else
    read_object(workload.object("popularity"), experts, result);
  if (experts && experts->routing_strategy != RoutingStrategy::learned_gating)
    workload.add_problem("popularity", fmt::format("{} knows none", name_of(experts->routing_strategy)),
                         "leave it out, or set /expert_parallel/routing_strategy to learned_gating");
  if (result.drift > 0 && result.popularity.kind != PopularityKind::log_normal)
    workload.add_problem(
        "drift", fmt::format("a popularity of kind {} does not drift", name_of(result.popularity.kind)),
        "leave it out, or use kind log_normal");
  if (experts && workload.problem_count() == problems_before) draw_popularity(result, experts->num_experts);
}

nlohmann::ordered_json popularity_json(const Popularity& popularity) {
  nlohmann::ordered_json result = {{"kind", name_of(popularity.kind)}};
  if (popularity.kind == PopularityKind::power_law) {
    result["alpha"] = popularity.alpha;
    return result;
  }
  if (popularity.hot_list.empty())
    result["experts"] = popularity.hot_experts;
  else
    result["experts"] = popularity.hot_list;
  result["share"] = popularity.hot_share;
  return result;
}

}  // namespace epsim
