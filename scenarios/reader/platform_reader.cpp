#include "scenarios/reader/platform_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "scenarios/reader/topology_reader.hpp"

namespace epsim {
namespace {

using nlohmann::json;

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

/// The preset with the file's own members in place of its; `device`, and a node or fabric whose topology
/// stays, are merged one level deeper.
json merged(json preset, const json& overrides) {
  for (const auto& [key, value] : overrides.items()) {
    json& member = preset[key];
    const bool goes_deeper = key == "device" || key == "node" || key == "fabric";
    if (goes_deeper && member.is_object() && value.is_object() && !value.contains("topology"))
      member.update(value);
    else
      member = value;
  }
  return preset;
}

/// An H100, maybe with another memory; who gives a name or a rate speaks of another device, of which nothing
/// is known but what is said.
DeviceCompute read_device(JsonObject object) {
  constexpr std::array<std::string_view, 4> telling = {"name", "bf16_flops", "fp8_flops", "memory_bandwidth"};
  const bool is_another = std::ranges::any_of(telling, [&](std::string_view key) { return object.has(key); });
  DeviceCompute device;
  if (is_another)
    device = {.name = "device", .bf16_flops = 0, .fp8_flops = 0, .memory_bandwidth = 0, .memory = 0};
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

/// That it is either a topology or a node and a fabric. `preset` is what the preset has; null without one.
void check_kind(JsonObject& object, const json* preset) {
  const bool is_composed = object.has("node") || object.has("fabric");
  if (is_composed && object.has("topology"))
    return object.add_problem("topology", "cannot stand beside node and fabric",
                              "give a topology to each of the two instead");
  if (!is_composed && !object.has("topology"))
    return object.add_problem(
        "topology", "missing",
        fmt::format("give a topology ({}), node and fabric, or a preset", fmt::join(topology_names(), ", ")));
  if (preset && object.has("topology") && *object.raw("topology") != preset->at("topology"))
    object.add_problem("topology", "a preset's topology cannot be changed",
                       "leave it out, or leave out the preset and describe the platform in full");
}

/// balanced, contiguous, strided, or a list of different devices.
void read_ranks(JsonObject& object, PlatformSpec& spec) {
  const std::size_t problems_before = object.problem_count();
  if (!object.raw("ranks")->is_array()) {
    assign(spec.ranks.order, object.choice<RankOrder>("ranks", "an order of ranks, or a list of devices",
                                                      choices_of<RankOrder>()));
    return;
  }
  const auto devices = object.integers("ranks", {0, most_devices - 1});
  if (!devices || object.problem_count() > problems_before) return;
  spec.ranks = {RankOrder::listed, {devices->begin(), devices->end()}};
  std::vector<DeviceId> sorted = spec.ranks.devices;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice != sorted.end())
    object.add_problem("ranks", fmt::format("device {} is listed twice", *twice),
                       "list each device at most once");
}

/// Once it is known how many devices there are.
void check_ranks(JsonObject& object, const PlatformSpec& spec) {
  const int devices = device_count(spec);
  for (std::size_t rank = 0; rank < spec.ranks.devices.size(); ++rank)
    if (spec.ranks.devices[rank] >= devices)
      return object.add_problem(
          "ranks", fmt::format("there is no device {} for rank {}", spec.ranks.devices[rank], rank),
          fmt::format("give 0 to {}", devices - 1));
}

void read_members(JsonObject& object, const json* preset, const std::filesystem::path& base_folder,
                  PlatformSpec& spec) {
  const std::size_t problems_before = object.problem_count();
  check_kind(object, preset);
  if (object.problem_count() > problems_before) return;
  if (object.has("topology")) {
    if (auto topology = read_topology(object, base_folder)) spec.topology = *std::move(topology);
  } else {
    read_composition(object, spec, base_folder);
  }
  if (object.has("device")) spec.device = read_device(object.object("device"));
  object.allow({"preset", "device", "ranks"});
  if (object.has("ranks")) read_ranks(object, spec);
  object.not_yet({{"ep_groups", "1"}});
  object.finish();
  if (object.problem_count() == problems_before) check_ranks(object, spec);
}

}  // namespace

std::optional<PlatformSpec> read_platform(const json& value, const std::filesystem::path& base_folder,
                                          std::vector<Problem>& problems) {
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
  read_members(object, preset ? &*preset : nullptr, base_folder, spec);
  if (problems.size() > problems_before) return std::nullopt;
  return spec;
}

PlatformSpec parse_platform(const json& value, const std::filesystem::path& base_folder) {
  std::vector<Problem> problems;
  const auto spec = read_platform(value, base_folder, problems);
  if (!spec) throw Error(Error::Kind::input, problems);
  return *spec;
}

}  // namespace epsim
