// The table of generators.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "platforms/error.hpp"
#include "platforms/generators/generator.hpp"

namespace epsim {

// Each stands at the end of the file of its name.
Generator star();
Generator rail_optimized();
Generator ring_of_devices();
Generator full_mesh();
Generator torus();
Generator fat_tree();
Generator dragonfly();
Generator graph();

std::span<const Generator> all_generators() {
  static const std::array generators = {
      star(), rail_optimized(), ring_of_devices(), full_mesh(), torus(), fat_tree(), dragonfly(), graph(),
  };
  return generators;
}

const Generator* find_generator(std::string_view name) {
  const auto found = std::ranges::find(all_generators(), name, &Generator::name);
  return found == all_generators().end() ? nullptr : &*found;
}

const Generator& generator(std::string_view name) {
  const Generator* found = find_generator(name);
  if (!found) throw internal_error("generators", "no topology " + std::string(name));
  return *found;
}

VertexId Site::add_switch(const std::string& name) const {
  return topology.add_switch(prefix + name + suffix, node);
}

void Site::connect(VertexId from, VertexId to, BytesPerSecond bandwidth, Seconds latency) const {
  topology.connect(from, to, link_class, bandwidth * bundle, latency);
}

std::optional<SpecFault> fault_of(const TopologySpec& spec) {
  if (auto fault = spec.generator().fault(spec)) return fault;
  const TopologyFacts facts = spec.generator().facts(spec);
  if (facts.links <= most_links) return std::nullopt;
  return SpecFault{facts.size_parameter,
                   fmt::format("a {} of {} devices has {} links, more than {}", spec.generator().name,
                               facts.ends, facts.links, most_links),
                   "give fewer"};
}

std::vector<Parameter> devices_and_links() {
  return {{"devices", Parameter::Count{1, most_devices}, 8, ParameterRole::devices},
          {"bandwidth", Parameter::Bandwidth(), 50e9},
          {"latency", Parameter::Duration(), 2e-6}};
}

std::optional<SpecFault> no_fault(const TopologySpec&) {
  return std::nullopt;
}

PlatformParts as_one_node(const TopologySpec& spec) {
  return {.node = spec, .fabric = std::nullopt, .devices_per_node = spec.generator().facts(spec).ends};
}

PlatformParts as_nodes_of_one(const TopologySpec& spec) {
  return {.node = std::nullopt, .fabric = spec, .nodes = spec.generator().facts(spec).ends};
}

std::optional<SpecFault> fit_devices(TopologySpec& spec, int nodes, int ends_per_node) {
  spec["devices"] = nodes * ends_per_node;
  return std::nullopt;
}

std::optional<SpecFault> fit_into(TopologySpec& spec, int nodes, int ends_per_node) {
  const TopologyFacts facts = spec.generator().facts(spec);
  const int wanted = nodes * ends_per_node;
  if (wanted <= facts.ends) return std::nullopt;
  return SpecFault{facts.size_parameter,
                   fmt::format("the {} has room for {} NICs, but {} nodes of {} have {}",
                               spec.generator().name, facts.ends, nodes, ends_per_node, wanted),
                   "make it larger, or give fewer nodes"};
}

RoutingRule in_order(std::string_view policy, std::size_t ends) {
  RoutingRule rule{policy, {}, std::vector<int>(ends)};
  std::iota(rule.address.begin(), rule.address.end(), 0);
  return rule;
}

}  // namespace epsim
