#include "scenarios/reader/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/expert_parallel_reader.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "scenarios/reader/pattern_options.hpp"
#include "scenarios/reader/platform_reader.hpp"
#include "scenarios/reader/popularity_reader.hpp"
#include "scenarios/reader/published_reader.hpp"
#include "scenarios/reader/trace_member.hpp"
#include "scenarios/reader/traffic_reader.hpp"
#include "scenarios/reader/transport_reader.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// One exists so far; the value is not kept.
constexpr std::array<Choice<bool>, 2> workload_phases = {{{"inference", true}, {"training", {}, false}}};

/// `ranks` is 0 when it is not known because of other problems.
std::vector<int> read_tokens(JsonObject& object, int ranks, std::vector<Problem>& problems) {
  constexpr int default_tokens = 4096;
  const json* value = object.raw("tokens_per_device");
  if (!value || !value->is_array()) {
    const auto tokens = object.integer("tokens_per_device", limits::tokens);
    return std::vector<int>(static_cast<std::size_t>(ranks),
                            static_cast<int>(tokens.value_or(default_tokens)));
  }
  if (ranks > 0 && value->size() != static_cast<std::size_t>(ranks))
    object.add_problem("tokens_per_device",
                       fmt::format("lists {} numbers, but there are {} ranks", value->size(), ranks),
                       fmt::format("give one number for all, or {}", ranks));
  const std::size_t problems_before = problems.size();
  std::vector<int> tokens;
  for (const json& element : *value)
    tokens.push_back(static_cast<int>(
        read_integer(element, object.pointer_to("tokens_per_device") + "/" + std::to_string(tokens.size()),
                     limits::tokens_of_one, problems)
            .value_or(0)));
  const bool all_zero = std::ranges::all_of(tokens, [](int count) { return count == 0; });
  if (problems.size() == problems_before && all_zero)
    object.add_problem("tokens_per_device", "there are no tokens at all", "give one rank at least one");
  return tokens;
}

/// A number, or an object of {count, concentration, tokens}.
Topics read_topics(JsonObject& object) {
  Topics topics;
  const json* value = object.raw("topics");
  if (!value || !value->is_object()) {
    assign(topics.count, object.integer("topics", limits::topics));
    return topics;
  }
  JsonObject members = object.object("topics");
  assign(topics.count, members.integer("count", limits::topics));
  assign(topics.concentration, members.number("concentration", limits::concentration));
  assign(topics.tokens, members.integer("tokens", limits::tokens));
  members.finish();
  return topics;
}

Workload read_workload(JsonObject& object, int ranks, std::vector<Problem>& problems) {
  Workload workload;
  workload.tokens_per_device = read_tokens(object, ranks, problems);
  assign(workload.steps, object.integer("steps", limits::steps));
  assign(workload.seed, object.integer("seed", limits::seed));
  assign(workload.embedding_dim, object.integer("embedding_dim", limits::embedding_dim));
  object.choice<bool>("phase", "a phase of a model's life", workload_phases);
  workload.topics = read_topics(object);
  assign(workload.drift, object.number("drift", limits::drift));
  assign(workload.simulate_every, object.integer("simulate_every", limits::steps));
  object.not_yet({{"layers", "1"}, {"chunks", "1"}, {"micro_batches", "1"}});
  return workload;
}

/// The device is null when the platform is not known because of other problems.
Payload read_payload(JsonObject object, const ModelShape& model, const DeviceCompute* device) {
  Payload payload;
  const bool has_fp8 = !device || device->fp8_flops > 0;
  assign(payload.dispatch, object.choice("dispatch", "a data type", choices_of<DataType>()));
  assign(payload.combine, object.choice("combine", "a data type", choices_of<DataType>()));
  payload.weights = has_fp8 ? payload.dispatch : DataType::bf16;
  assign(payload.weights, object.choice("weights", "a data type", choices_of<DataType>()));
  if (payload.weights == DataType::fp8 && !has_fp8)
    object.add_problem("weights", fmt::format("\"fp8\" needs FP8 units, and {} has none", device->name),
                       "give \"bf16\", or /platform/device/fp8_flops");
  object.finish();
  payload.dispatch_bytes_per_copy = bytes_per_token(payload.dispatch, model.hidden);
  payload.combine_bytes_per_copy = bytes_per_token(payload.combine, model.hidden);
  return payload;
}

/// What computing times follow from.
void check_device_rates(const Scenario& scenario, std::vector<Problem>& problems) {
  const DeviceCompute& device = scenario.platform.device;
  const bool has_gate = scenario.expert_parallel.routing_strategy == RoutingStrategy::learned_gating ||
                        scenario.expert_parallel.routing_strategy == RoutingStrategy::similarity_based;
  const auto need = [&](const char* key, double figure, const char* what) {
    if (figure > 0) return;
    problems.push_back({std::string("/platform/device/") + key,
                        fmt::format("missing, and {} on a {} cannot be timed without it", what, device.name),
                        "give that figure of the device, or leave the whole device out for an H100"});
  };
  need("memory_bandwidth", device.memory_bandwidth, "experts");
  if (scenario.payload.weights == DataType::bf16 || device.fp8_flops == 0)
    need("bf16_flops", device.bf16_flops, "experts");
  else if (has_gate)
    need("bf16_flops", device.bf16_flops, "gates");
}

/// One layer's experts must fit into a device's memory, where it is known.
void check_device_memory(const Scenario& scenario, std::vector<Problem>& problems) {
  const DeviceCompute& device = scenario.platform.device;
  if (device.memory == 0) return;
  const double weights = static_cast<double>(expert_bytes(scenario.model, scenario.payload.weights)) *
                         scenario.expert_parallel.experts_per_device;
  if (weights <= static_cast<double>(device.memory)) return;
  problems.push_back({"/expert_parallel/experts_per_device",
                      fmt::format("the weights of {} experts take {}, more than the {} of a device's memory",
                                  scenario.expert_parallel.experts_per_device, format_bytes(weights),
                                  format_bytes(static_cast<double>(device.memory))),
                      "use more devices, fewer experts or a larger /platform/device/memory"});
}

void check_device(const Scenario& scenario, std::vector<Problem>& problems) {
  check_device_rates(scenario, problems);
  check_device_memory(scenario, problems);
}

std::optional<PlatformSpec> read_platform_member(JsonObject& object, const std::filesystem::path& base_folder,
                                                 std::vector<Problem>& problems) {
  if (const json* value = object.raw("platform")) return read_platform(*value, base_folder, problems);
  object.add_problem("platform", "missing",
                     "give a preset's name, or for example {\"topology\": \"star\", \"devices\": 16}");
  return std::nullopt;
}

/// What a routed layer needs. Without a platform the members are checked for themselves only.
void read_layer(JsonObject& object, const PlatformSpec* platform, const std::filesystem::path& base_folder,
                std::vector<Problem>& problems, Scenario& scenario) {
  const std::size_t problems_before = problems.size();
  const Model model = read_model(object.raw("model"), problems);
  scenario.model = model.shape;
  const PlatformSpec* known_platform = problems.size() == problems_before ? platform : nullptr;
  scenario.expert_parallel =
      read_expert_parallel(object.object("expert_parallel"), model, known_platform, problems);
  const bool ranks_known = platform && problems.size() == problems_before;
  JsonObject workload = object.object("workload");
  scenario.workload = read_workload(workload, ranks_known ? scenario.ranks() : 0, problems);
  read_popularity(workload, ranks_known ? &scenario.expert_parallel : nullptr, scenario.workload);
  read_trace(workload, base_folder, ranks_known, scenario);
  workload.finish();
  scenario.payload =
      read_payload(object.object("payload"), model.shape, platform ? &platform->device : nullptr);
  if (platform && problems.size() == problems_before) check_device(scenario, problems);
}

/// Of a layer's members direct traffic keeps just the pattern.
void read_direct_traffic(JsonObject& object, const PlatformSpec* platform,
                         const std::filesystem::path& base_folder, std::vector<Problem>& problems,
                         Scenario& scenario) {
  Scenario layer;
  read_layer(object, nullptr, base_folder, problems, layer);
  scenario.expert_parallel.communication_pattern = layer.expert_parallel.communication_pattern;
  const JsonObject traffic = object.object("traffic");
  if (platform) scenario.direct_traffic = read_traffic(traffic, most_ranks(*platform), base_folder, problems);
}

}  // namespace

Scenario parse_scenario(const json& document, const std::filesystem::path& base_folder,
                        std::string_view default_name) {
  std::vector<Problem> problems;
  JsonObject object(document, "", problems);
  Scenario scenario;
  object.string("$schema");
  scenario.name = object.string("name").value_or(std::string(default_name));
  assign(scenario.question, object.string("question"));
  assign(scenario.expect, object.string("expect"));
  for (const char* text : {"source", "recipe"}) object.string(text);  // of what was published; for people
  static_cast<void>(read_published(object.raw("published"), problems));
  const auto platform = read_platform_member(object, base_folder, problems);
  if (platform) scenario.platform = *platform;
  const PlatformSpec* known_platform = platform ? &*platform : nullptr;
  if (const json* transport = object.raw("transport"))
    scenario.transport = read_transport(*transport, "/transport", known_platform, base_folder, problems);
  object.allow({"traffic"});
  if (object.has("traffic"))
    read_direct_traffic(object, known_platform, base_folder, problems, scenario);
  else
    read_layer(object, known_platform, base_folder, problems, scenario);
  read_patterns(object.object("patterns"), known_platform, base_folder, scenario);
  assign(scenario.barriers, object.boolean("barriers"));
  assign(scenario.engine, object.choice<EngineKind>("engine", "an engine", choices_of<EngineKind>()));
  assign(scenario.resolution, object.number("resolution", limits::resolution));
  object.finish();
  if (!problems.empty()) throw Error(Error::Kind::input, problems);
  return scenario;
}

}  // namespace epsim
