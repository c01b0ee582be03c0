#include "scenarios/reader/topology_reader.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "platforms/generators/generator.hpp"
#include "scenarios/reader/graph_reader.hpp"
#include "scenarios/reader/limits.hpp"

namespace epsim {
namespace {

/// The generators by name.
const std::vector<Choice<const Generator*>>& topologies() {
  static const std::vector<Choice<const Generator*>> choices = [] {
    std::vector<Choice<const Generator*>> all;
    for (const Generator& generator : all_generators()) all.push_back({generator.name, &generator});
    return all;
  }();
  return choices;
}

/// Reads a parameter by its type.
struct ParameterReader {
  JsonObject& object;
  std::string_view name;
  ParameterValue& value;
  const std::filesystem::path& base_folder;

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

  void operator()(const Parameter::Graph&) const { assign_value(read_graph(object, base_folder)); }

  template <class T>
  void assign_value(const std::optional<T>& found) const {
    if (found) value = ParameterValue(*found);
  }
};

/// What a topology is for.
enum class Place { platform, node, fabric };

bool is_said_here(const Parameter& parameter, Place place) {
  return place != Place::fabric || is_said_of_fabric(parameter);
}

/// Nothing and a problem where the name is wrong or missing.
std::optional<TopologySpec> read_parameters(JsonObject& object, Place place,
                                            const std::filesystem::path& base_folder) {
  if (!object.has("topology")) {
    object.add_problem("topology", "missing", fmt::format("give {}", fmt::join(topology_names(), ", ")));
    return std::nullopt;
  }
  const auto generator = object.choice<const Generator*>("topology", "a topology", topologies());
  if (!generator) return std::nullopt;
  TopologySpec spec((*generator)->name);
  for (const Parameter& parameter : (*generator)->parameters) {
    if (!is_said_here(parameter, place)) continue;
    const bool is_graph =
        std::holds_alternative<Parameter::Graph>(parameter.type);  // says itself what is missing
    if (!parameter.default_value && !is_graph && !object.has(parameter.name))
      object.add_problem(parameter.name, "missing",
                         fmt::format("a {} has no default for it", (*generator)->name));
    std::visit(ParameterReader{object, parameter.name, spec[parameter.name], base_folder}, parameter.type);
  }
  return spec;
}

void add_fault(JsonObject& object, const SpecFault& fault) {
  object.add_problem(fault.parameter, fault.what, fault.remedy);
}

/// Nothing, and at least one problem, when it is not valid.
std::optional<TopologySpec> read_checked(JsonObject& object, Place place,
                                         const std::filesystem::path& base_folder) {
  const std::size_t problems_before = object.problem_count();
  auto spec = read_parameters(object, place, base_folder);
  if (!spec || object.problem_count() > problems_before) return std::nullopt;
  if (place == Place::fabric) return spec;  // checked once its size is known
  if (const auto fault = fault_of(*spec)) {
    add_fault(object, *fault);
    return std::nullopt;
  }
  return spec;
}

}  // namespace

std::vector<std::string_view> topology_names() {
  std::vector<std::string_view> names;
  for (const Generator& generator : all_generators()) names.push_back(generator.name);
  return names;
}

std::optional<TopologySpec> read_topology(JsonObject& object, const std::filesystem::path& base_folder) {
  return read_checked(object, Place::platform, base_folder);
}

void read_composition(JsonObject& object, PlatformSpec& spec, const std::filesystem::path& base_folder) {
  object.allow({"node", "fabric"});
  const std::size_t problems_before = object.problem_count();
  NodeSpec node;
  assign(node.nodes, object.integer("nodes", limits::nodes));
  assign(node.nics_per_device, object.number("nics_per_device", limits::nics_per_device));
  for (const char* part : {"node", "fabric"})
    if (!object.has(part))
      object.add_problem(part, "missing", "a platform of nodes has a node and a fabric, a topology each");
  if (object.problem_count() > problems_before) return;
  JsonObject inside = object.object("node");
  JsonObject between = object.object("fabric");
  const auto node_topology = read_checked(inside, Place::node, base_folder);
  const auto fabric = read_checked(between, Place::fabric, base_folder);
  inside.finish();
  between.finish();
  if (!node_topology || !fabric || object.problem_count() > problems_before) return;
  const PlatformParts parts = node_topology->generator().parts(*node_topology);
  if (parts.node && parts.fabric)
    return inside.add_problem("topology",
                              fmt::format("a {} has nodes of its own", node_topology->generator().name),
                              "name what joins the devices of one node, such as star or full_mesh");
  node.topology = *node_topology;
  spec.topology = *fabric;
  spec.node = node;
  if (const auto fault = fit_fabric(spec)) add_fault(fault->in_fabric ? between : object, fault->fault);
}

}  // namespace epsim
