#include "scenarios/reader/platform_reader.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platforms/generators/generator.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/nearest_name.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// The generators, and the names of those to come.
const std::vector<Choice<const Generator*>>& topologies() {
  static const std::vector<Choice<const Generator*>> choices = [] {
    std::vector<Choice<const Generator*>> all;
    for (const Generator& generator : all_generators()) all.push_back({generator.name, &generator});
    for (const std::string_view planned : {"graph", "ring", "full_mesh", "torus", "fat_tree", "dragonfly"})
      if (!find_generator(planned)) all.push_back({planned, nullptr, false});
    return all;
  }();
  return choices;
}

std::vector<std::string_view> topology_names() {
  std::vector<std::string_view> names;
  for (const Generator& generator : all_generators()) names.push_back(generator.name);
  return names;
}

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

/// Reads a parameter by its type.
struct ParameterReader {
  JsonObject& object;
  std::string_view name;
  ParameterValue& value;

  void operator()(const Parameter::Count& type) const {
    assign_value(object.integer(name, {type.low, type.high}));
  }
  void operator()(const Parameter::Counts& type) const {
    assign_value(object.integers(name, {type.low, type.high}));
  }
  void operator()(const Parameter::Bandwidth&) const {
    assign_value(object.bandwidth(name, limits::bandwidth));
  }
  void operator()(const Parameter::Duration&) const { assign_value(object.duration(name, limits::latency)); }
  void operator()(const Parameter::Number& type) const {
    assign_value(object.number(name, {type.low, type.high, type.range}));
  }

  template <class T>
  void assign_value(const std::optional<T>& found) const {
    if (found) value = ParameterValue(*found);
  }
};

void read_parameters(JsonObject& object, TopologySpec& spec) {
  for (const Parameter& parameter : spec.generator().parameters) {
    if (!parameter.default_value && !object.has(parameter.name))
      object.add_problem(parameter.name, "missing",
                         fmt::format("a {} has no default for it", spec.generator().name));
    std::visit(ParameterReader{object, parameter.name, spec[parameter.name]}, parameter.type);
  }
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
void read_topology(JsonObject& object, const json* preset_topology, PlatformSpec& spec,
                   const std::vector<Problem>& problems) {
  if (!object.has("topology"))
    return object.add_problem(
        "topology", "missing",
        fmt::format("give a topology ({}) or a preset", fmt::join(topology_names(), ", ")));
  if (preset_topology && *object.raw("topology") != *preset_topology)
    return object.add_problem("topology", "a preset's topology cannot be changed",
                              "leave it out, or leave out the preset and describe the platform in full");
  const auto generator = object.choice<const Generator*>("topology", "a topology", topologies());
  if (!generator) return;
  const std::size_t problems_before = problems.size();
  spec.topology = TopologySpec((*generator)->name);
  read_parameters(object, spec.topology);
  if (problems.size() == problems_before)
    if (const auto fault = fault_of(spec.topology))
      object.add_problem(fault->parameter, fault->what, fault->remedy);
  if (object.has("device")) spec.device = read_device(object.object("device"));
  object.allow({"preset", "device"});
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
  read_topology(object, preset ? &preset->at("topology") : nullptr, spec, problems);
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
