#include "scenarios/reader/platform_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/nearest_name.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// Spines of 64 ports reach 64 leaves, 256 nodes of 8; modular ones of 512 ports, as InfiniBand directors
/// have, reach eight times as far.
constexpr std::int64_t most_nodes_without_core = 2048;

enum class TopologyKind { star, rail_optimized };

constexpr std::array<Choice<TopologyKind>, 8> topologies = {{{"star", TopologyKind::star},
                                                             {"rail_optimized", TopologyKind::rail_optimized},
                                                             {"graph", {}, false},
                                                             {"ring", {}, false},
                                                             {"mesh", {}, false},
                                                             {"torus", {}, false},
                                                             {"fat_tree", {}, false},
                                                             {"dragonfly", {}, false}}};

/// The preset's description without its source; nothing when there is no such preset.
std::optional<json> preset_platform(const std::string& name, const std::string& pointer,
                                    std::vector<Problem>& problems) {
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : embedded_platforms()) {
    names.push_back(file.name);
    if (file.name != name) continue;
    json preset = parse_json(file.text, fmt::format("platforms/{}.json", file.name));
    preset.erase("source");
    return preset;
  }
  problems.push_back({pointer, in_quotes(name) + " is not a platform preset", suggestion(name, names)});
  return std::nullopt;
}

/// The preset with the file's own members in place of its; `device` is merged one level deeper.
json merged(json preset, const json& overrides) {
  for (const auto& [key, value] : overrides.items()) {
    json& member = preset[key];
    if (key == "device" && member.is_object() && value.is_object())
      member.update(value);
    else
      member = value;
  }
  return preset;
}

void read_star(JsonObject& object, StarSpec& star) {
  assign(star.devices, object.integer("devices", limits::devices));
  assign(star.bandwidth, object.bandwidth("bandwidth", limits::bandwidth));
  assign(star.latency, object.duration("latency", limits::latency));
}

void check_size(JsonObject& object, const RailOptimizedSpec& rail) {
  if (rail.nodes > most_nodes_without_core)
    object.add_problem(
        "nodes",
        fmt::format("{} nodes need a core layer above the spines, which is not available yet", rail.nodes),
        fmt::format("give 1 to {}", most_nodes_without_core));
  else if (std::int64_t{rail.nodes} * rail.devices_per_node > limits::most_devices)
    object.add_problem("devices_per_node",
                       fmt::format("{} nodes of {} are more than {} devices", rail.nodes,
                                   rail.devices_per_node, limits::most_devices),
                       fmt::format("give at most {}", limits::most_devices / rail.nodes));
}

void read_rail_optimized(JsonObject& object, RailOptimizedSpec& rail) {
  assign(rail.nodes, object.integer("nodes", limits::devices));
  assign(rail.devices_per_node, object.integer("devices_per_node", limits::devices));
  assign(rail.scale_up_bandwidth, object.bandwidth("scale_up_bandwidth", limits::bandwidth));
  assign(rail.scale_up_latency, object.duration("scale_up_latency", limits::latency));
  assign(rail.nic_bandwidth, object.bandwidth("nic_bandwidth", limits::bandwidth));
  assign(rail.nics_per_device, object.number("nics_per_device", limits::nics));
  assign(rail.nic_latency, object.duration("nic_latency", limits::latency));
  assign(rail.leaf_spine_latency, object.duration("leaf_spine_latency", limits::latency));
  assign(rail.nodes_per_unit, object.integer("nodes_per_unit", {1, most_nodes_without_core}));
  assign(rail.spines, object.integer("spines", {0, 4096}));
  assign(rail.oversubscription, object.number("oversubscription", limits::oversubscription));
  check_size(object, rail);
}

DeviceCompute read_device(JsonObject object) {
  DeviceCompute device;
  device.fp8_flops = 0;  // who describes a device would have said so
  assign(device.name, object.string("name"));
  assign(device.bf16_flops, object.flops("bf16_flops", limits::flops));
  assign(device.fp8_flops, object.flops("fp8_flops", limits::flops_or_none));
  assign(device.memory_bandwidth, object.bandwidth("memory_bandwidth", limits::bandwidth));
  assign(device.memory, object.bytes("memory", limits::memory));
  assign(device.gemm_efficiency, object.number("gemm_efficiency", limits::share));
  assign(device.memory_efficiency, object.number("memory_efficiency", limits::share));
  object.finish();
  return device;
}

/// `preset_topology` is the topology that the preset has; null without one.
void read_fabric(JsonObject& object, const json* preset_topology, PlatformSpec& spec) {
  if (!object.has("topology"))
    return object.add_problem("topology", "missing", "give a topology (star, rail_optimized) or a preset");
  if (preset_topology && *object.raw("topology") != *preset_topology)
    return object.add_problem("topology", "a preset's topology cannot be changed",
                              "leave it out, or leave out the preset and describe the platform in full");
  const auto kind = object.choice<TopologyKind>("topology", "a topology", topologies);
  if (!kind) return;
  if (*kind == TopologyKind::star)
    read_star(object, spec.fabric.emplace<StarSpec>());
  else
    read_rail_optimized(object, spec.fabric.emplace<RailOptimizedSpec>());
  if (object.has("device")) spec.device = read_device(object.object("device"));
  object.allow({"preset"});
  object.not_yet({{"ranks", R"("contiguous")"}, {"ep_groups", "1"}});
  object.finish();
}

}  // namespace

std::optional<PlatformSpec> read_platform(const json& value, std::vector<Problem>& problems) {
  const std::size_t problems_before = problems.size();
  PlatformSpec spec;
  json description = value.is_string() ? json::object() : value;
  if (value.is_string())
    spec.preset = value.get<std::string>();
  else if (description.is_object() && description.contains("preset"))
    spec.preset = JsonObject(description, "/platform", problems).string("preset").value_or("");
  if (problems.size() > problems_before) return std::nullopt;

  std::optional<json> preset;
  if (!spec.preset.empty()) {
    preset = preset_platform(spec.preset, value.is_string() ? "/platform" : "/platform/preset", problems);
    if (!preset) return std::nullopt;
    description = merged(*preset, description);
  }
  JsonObject object(description, "/platform", problems);
  if (problems.size() > problems_before) return std::nullopt;
  read_fabric(object, preset ? &preset->at("topology") : nullptr, spec);
  if (problems.size() > problems_before) return std::nullopt;
  return spec;
}

PlatformSpec parse_platform(const json& value) {
  std::vector<Problem> problems;
  const auto spec = read_platform(value, problems);
  if (!spec) throw Error(Error::Kind::input, problems);
  return *spec;
}

}  // namespace epsim
