#include "scenarios/commands/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/expert_memory.hpp"
#include "analysis/exports/text_table.hpp"
#include "analysis/exports/verdict.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/commands/named_platform.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "scenarios/reader/platform_reader.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// What --simulate found.
struct Simulated {
  Seconds layer_seconds = 0;
  PatternKind pattern = PatternKind::all_to_all;
};

struct Plan {
  ExpertMemoryPlan sizes;
  std::optional<Simulated> simulated;
};

/// The scenario without its sizes: what all plans have in common.
struct Ground {
  json document;
  std::filesystem::path folder;
};

Ground ground_of(const PlanOptions& options) {
  const std::string& file = options.experiment.scenario;
  Ground ground{file.empty() ? json::object() : load_json_object(file),
                std::filesystem::path(file).parent_path()};
  if (!options.model.empty()) ground.document["model"] = options.model;
  if (!options.platform.empty()) {
    ground.document.update(named_platform(options.platform, "--platform"));
    ground.folder = folder_of_platform(options.platform);
  }
  for (const char* key : {"model", "platform"})
    if (!ground.document.contains(key))
      throw input_error("plan", fmt::format("there is no {}", key),
                        fmt::format("name a scenario that has one, or --{}", key));
  for (const std::string& one : options.experiment.overrides) apply_override(ground.document, one);
  if (options.experiment.engine) ground.document["engine"] = *options.experiment.engine;
  ground.document.erase("traffic");
  json& sizes = ground.document["expert_parallel"];
  if (sizes.is_object())
    for (const char* key : {"expert_parallel_size", "experts_per_device"}) sizes.erase(key);
  return ground;
}

/// Gives a preset the nodes that the world needs, where nobody said how many it has.
int fit_world(Ground& ground, int world_size) {
  json& platform = ground.document["platform"];
  PlatformSpec spec = parse_platform(platform, ground.folder);
  const PlatformFacts facts = facts_of(spec);
  const bool may_grow = !spec.preset.empty() && !(platform.is_object() && platform.contains("nodes"));
  if (world_size > facts.devices && may_grow) {
    if (platform.is_string()) platform = {{"preset", platform}};
    platform["nodes"] = (world_size + facts.devices_per_node - 1) / facts.devices_per_node;
    spec = parse_platform(platform, ground.folder);
  }
  const int devices = device_count(spec);
  if (world_size > devices)
    throw input_error("--world-size",
                      fmt::format("{} is more than the platform's {} devices", world_size, devices),
                      "name fewer, or a larger platform");
  return world_size > 0 ? world_size : devices;
}

Scenario scenario_of(const Ground& ground, const ExpertMemoryPlan& sizes) {
  json document = ground.document;
  document["expert_parallel"]["expert_parallel_size"] = sizes.expert_parallel_size;
  document["expert_parallel"]["experts_per_device"] = sizes.experts_per_device;
  return parse_scenario(document, ground.folder, "plan");
}

/// All experts on one device, to learn what does not depend on the sizes. It may not fit there.
Scenario reference_of(const Ground& ground) {
  Ground large = ground;
  large.document["expert_parallel"]["expert_parallel_size"] = 1;
  if (large.document["platform"].is_object()) large.document["platform"].erase("ranks");
  set_value(large.document, "/platform/device/memory", std::int64_t{1} << 53, "plan");
  return parse_scenario(large.document, large.folder, "plan");
}

Bytes memory_of(const Ground& ground) {
  const DeviceCompute device = parse_platform(ground.document.at("platform"), ground.folder).device;
  if (device.memory == 0)
    throw input_error("/platform/device/memory",
                      fmt::format("missing, and nothing can be planned for a {} without it", device.name),
                      "give the size of the device's memory");
  return device.memory;
}

int layers_of(const PlanOptions& options, const Scenario& reference) {
  if (options.layers > 0) return options.layers;
  for (const ModelPreset& preset : model_presets())
    if (preset.name == reference.model.name) return preset.moe_layers;
  throw input_error("plan", "the number of MoE layers is only known of model presets", "give --layers");
}

Simulated simulate_plan(const Ground& ground, const ExpertMemoryPlan& sizes, const PlanOptions& options) {
  const std::vector<PatternKind> named = named_patterns(options.experiment.patterns, "--patterns");
  const ExperimentResult result =
      perform(scenario_of(ground, sizes), named.empty() ? all_pattern_kinds() : named, options.experiment);
  const std::size_t fastest = fastest_pattern(result);
  return {result.summaries.back().layers[fastest].layer_seconds, result.patterns[fastest]};
}

const Plan* fastest_of(const std::vector<Plan>& plans) {
  const Plan* fastest = nullptr;
  for (const Plan& one : plans)
    if (one.simulated && (!fastest || one.simulated->layer_seconds < fastest->simulated->layer_seconds))
      fastest = &one;
  return fastest;
}

struct Answer {
  const Scenario& reference;
  const ExpertMemoryQuestion& question;
  Bytes memory;
  double memory_share;
  const std::vector<Plan>& plans;
};

nlohmann::ordered_json sizes_json(const ExpertMemoryPlan& sizes) {
  return {{"expert_parallel_size", sizes.expert_parallel_size},
          {"experts_per_device", sizes.experts_per_device}};
}

nlohmann::ordered_json answer_json(const Answer& answer) {
  nlohmann::ordered_json plans = nlohmann::ordered_json::array();
  for (const Plan& one : answer.plans) {
    nlohmann::ordered_json row = sizes_json(one.sizes);
    row["bytes_per_device"] = one.sizes.bytes_per_device;
    row["memory_used"] = one.sizes.bytes_per_device / static_cast<double>(answer.memory);
    if (one.simulated) {
      row["layer_seconds"] = one.simulated->layer_seconds;
      row["pattern"] = name_of(one.simulated->pattern);
    }
    plans.push_back(std::move(row));
  }
  nlohmann::ordered_json result = {{"model", answer.reference.model.name},
                                   {"world_size", answer.question.world_size},
                                   {"moe_layers", answer.question.moe_layers},
                                   {"weights", name_of(answer.reference.payload.weights)},
                                   {"memory_bytes", answer.memory},
                                   {"memory_share", answer.memory_share},
                                   {"smallest", sizes_json(answer.plans.front().sizes)},
                                   {"plans", std::move(plans)}};
  if (const Plan* fastest = fastest_of(answer.plans)) result["fastest"] = sizes_json(fastest->sizes);
  return result;
}

std::string answer_text(const Answer& answer) {
  const Scenario& reference = answer.reference;
  const Plan* fastest = fastest_of(answer.plans);
  std::string text = fmt::format(
      "{} on {} x {}\n  {} MoE layers of {} experts in {}, {} each; {:.0f} % of {} memory may hold "
      "experts\n\n",
      reference.model.name.empty() ? "a model" : reference.model.name, answer.question.world_size,
      reference.platform.device.name, answer.question.moe_layers, answer.question.expert_copies,
      name_of(reference.payload.weights), format_bytes(static_cast<double>(answer.question.expert_bytes)),
      100 * answer.memory_share, format_bytes(static_cast<double>(answer.memory)));
  std::vector<Column> columns = {
      {"expert_parallel_size"}, {"experts_per_device"}, {"experts take"}, {"of memory"}};
  if (fastest) columns.insert(columns.end(), {{"layer"}, {"pattern", true}});
  std::vector<Row> rows;
  for (const Plan& one : answer.plans) {
    Row& row = rows.emplace_back(
        Row{fmt::to_string(one.sizes.expert_parallel_size), fmt::to_string(one.sizes.experts_per_device),
            format_bytes(one.sizes.bytes_per_device),
            fmt::format("{:.1f} %", 100 * one.sizes.bytes_per_device / static_cast<double>(answer.memory))});
    if (fastest)
      row.insert(row.end(), {format_duration(one.simulated->layer_seconds),
                             std::string(name_of(one.simulated->pattern))});
  }
  text += layout(columns, rows);
  const ExpertMemoryPlan& smallest = answer.plans.front().sizes;
  std::string verdict = fmt::format("\nThe smallest that fits is EP{} with {} experts per device",
                                    smallest.expert_parallel_size, smallest.experts_per_device);
  if (fastest)
    verdict += fmt::format("; EP{} with {} is fastest, {} per layer, with one group running alone",
                           fastest->sizes.expert_parallel_size, name_of(fastest->simulated->pattern),
                           format_duration(fastest->simulated->layer_seconds));
  return text + wrapped(verdict + ".") + "\n";
}

}  // namespace

void plan(const PlanOptions& options) {
  Ground ground = ground_of(options);
  const int world_size = fit_world(ground, options.world_size);
  const Scenario reference = reference_of(ground);
  const ExpertParallel& experts = reference.expert_parallel;
  const Bytes memory = memory_of(ground);
  const ExpertMemoryQuestion question{
      .world_size = world_size,
      .expert_copies = experts.num_experts + experts.redundant_experts,
      .moe_layers = layers_of(options, reference),
      .expert_bytes = expert_bytes(reference.model, reference.payload.weights),
      .budget_bytes = options.memory_share * static_cast<double>(memory)};
  const std::vector<ExpertMemoryPlan> all = expert_memory_plans(question);
  std::vector<Plan> fitting;
  for (const ExpertMemoryPlan& one : all)
    if (one.fits(question.budget_bytes)) fitting.push_back({one, std::nullopt});
  if (fitting.empty())
    throw simulation_error(
        "plan",
        fmt::format("nothing fits: at EP{}, the largest size that divides {} devices and {} experts, a "
                    "device's experts take {} of {}",
                    all.back().expert_parallel_size, world_size, question.expert_copies,
                    format_bytes(all.back().bytes_per_device), format_bytes(question.budget_bytes)),
        "use a larger --world-size or --memory-share, or --set /payload/weights=fp8");
  if (options.simulate)
    for (Plan& one : fitting) one.simulated = simulate_plan(ground, one.sizes, options);
  const Answer answer{reference, question, memory, options.memory_share, fitting};
  print(options.experiment.json ? text_of(answer_json(answer)) : answer_text(answer));
}

}  // namespace epsim
