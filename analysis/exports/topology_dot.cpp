#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "analysis/exports/topology_files.hpp"

namespace epsim {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') result += '\\';
    result += character;
  }
  return result + '"';
}

/// Which of Graphviz's layouts shows it best.
std::string_view layout_of(const Topology& topology) {
  if (topology.switch_count() == 0) return "circo";
  const RoutingRule* rule = topology.rule(LinkClass::scale_up);
  const bool is_torus = topology.node_count() == 1 && rule && rule->policy == "dimension_order";
  return is_torus ? "neato" : "dot";
}

class DotWriter {
 public:
  DotWriter(std::ostream& out, const Topology& topology) : out_(out), topology_(topology) {}

  void write(const std::string& title) {
    fmt::print(out_, "graph {} {{\n", quoted(title));
    fmt::print(out_,
               "  graph [layout={}, label={}, labelloc=t, fontname=Helvetica, overlap=false, ranksep=1.2, "
               "nodesep=0.15];\n",
               layout_of(topology_), quoted(title));
    fmt::print(
        out_,
        "  node [fontname=Helvetica, fontsize=11, style=filled, margin=0.05, height=0.3, width=0.3];\n");
    fmt::print(out_, "  edge [fontname=Helvetica, fontsize=9];\n");
    for (NodeId node = 0; node < topology_.node_count(); ++node) write_node(node);
    write_vertices(no_node, "  ");
    for (LinkId id = 0; id < topology_.link_count(); id += 2) write_cable(topology_.link(id));
    out_ << "}\n";
  }

 private:
  [[nodiscard]] int vertices() const { return topology_.device_count() + topology_.switch_count(); }

  void write_node(NodeId node) {
    const bool is_box = topology_.node_count() > 1 && topology_.devices_of(node).size() > 1;
    if (is_box)
      fmt::print(out_, "  subgraph cluster_{} {{\n    label=\"node {}\"; color=gray60;\n", node, node);
    write_vertices(node, is_box ? "    " : "  ");
    if (is_box) out_ << "  }\n";
  }

  /// Those of a node, or those that belong to none.
  void write_vertices(NodeId node, const char* indent) {
    for (VertexId vertex = 0; vertex < vertices(); ++vertex) {
      if (topology_.node_of_vertex(vertex) != node) continue;
      const bool is_device = topology_.is_device(vertex);
      fmt::print(out_, "{}{} [shape={}, fillcolor={}];\n", indent, quoted(topology_.name_of_vertex(vertex)),
                 is_device ? "box" : "ellipse", is_device ? "lightblue" : "gray90");
    }
  }

  void write_cable(const Link& link) {
    constexpr int few_cables = 48;
    const std::string text = format_bandwidth(link.bandwidth) + ", " + format_duration(link.latency);
    const bool is_labelled = topology_.link_count() <= 2 * few_cables;
    fmt::print(out_, "  {} -- {} [color={}, penwidth={:.2f}, tooltip={}{}];\n",
               quoted(topology_.name_of_vertex(link.from)), quoted(topology_.name_of_vertex(link.to)),
               link.link_class == LinkClass::scale_up ? "steelblue" : "darkorange", width_of(link),
               quoted(text), is_labelled ? ", label=" + quoted(text) : "");
  }

  /// 1 point for 10 GB/s, 1.5 more for each factor of ten.
  static double width_of(const Link& link) {
    constexpr double thin = 0.4;
    return std::max(thin, 1 + 1.5 * std::log10(link.bandwidth / 10e9));
  }

  std::ostream& out_;
  const Topology& topology_;
};

}  // namespace

void write_dot(std::ostream& out, const Topology& topology, const std::string& title) {
  DotWriter(out, topology).write(title);
}

}  // namespace epsim
