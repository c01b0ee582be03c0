#include "platforms/graphml.hpp"

#include <fmt/format.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphml.hpp>
#include <charconv>
#include <map>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "platforms/printable.hpp"

namespace epsim {
namespace {

/// A graph whose attributes are texts by name, whatever their types are in the file.
using Attributes = std::map<std::string, std::string>;
using AttributedGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, Attributes, Attributes>;
using AttributedVertex = boost::graph_traits<AttributedGraph>::vertex_descriptor;
using AttributedEdge = boost::graph_traits<AttributedGraph>::edge_descriptor;

std::string text_of(const boost::any& value) {
  if (const auto* text = boost::any_cast<std::string>(&value)) return *text;
  if (const auto* number = boost::any_cast<double>(&value)) return fmt::format("{}", *number);
  if (const auto* number = boost::any_cast<float>(&value)) return fmt::format("{}", *number);
  if (const auto* number = boost::any_cast<int>(&value)) return fmt::format("{}", *number);
  if (const auto* number = boost::any_cast<long>(&value)) return fmt::format("{}", *number);
  if (const auto* is_true = boost::any_cast<bool>(&value)) return *is_true ? "true" : "false";
  return "";
}

/// Boost's readers ask for a map per attribute; this one stores them all with the graph.
class AttributeMap : public boost::dynamic_property_map {
 public:
  AttributeMap(AttributedGraph& graph, std::string name, const std::type_info& key)
      : graph_(graph), name_(std::move(name)), key_(key) {}

  boost::any get(const boost::any& key) override { return get_string(key); }
  std::string get_string(const boost::any& key) override {
    const Attributes* attributes = attributes_of(key);
    return attributes && attributes->contains(name_) ? attributes->at(name_) : "";
  }
  void put(const boost::any& key, const boost::any& value) override {
    if (Attributes* attributes = attributes_of(key)) (*attributes)[name_] = text_of(value);
  }
  [[nodiscard]] const std::type_info& key() const override { return key_; }
  [[nodiscard]] const std::type_info& value() const override { return typeid(std::string); }

 private:
  /// Null for attributes of the graph as a whole.
  Attributes* attributes_of(const boost::any& key) {
    if (const auto* vertex = boost::any_cast<AttributedVertex>(&key)) return &graph_[*vertex];
    if (const auto* edge = boost::any_cast<AttributedEdge>(&key)) return &graph_[*edge];
    return nullptr;
  }

  AttributedGraph& graph_;
  std::string name_;
  const std::type_info& key_;
};

constexpr const char* wanted = "vertices need name and kind (device or switch), edges bandwidth and latency";

AttributedGraph parse(std::istream& in, const std::string& place) {
  AttributedGraph graph;
  const auto make_map = [&](const std::string& name, const boost::any& key, const boost::any&) {
    return boost::shared_ptr<boost::dynamic_property_map>(
        boost::make_shared<AttributeMap>(graph, name, key.type()));
  };
  boost::dynamic_properties properties(make_map);
  try {
    boost::read_graphml(in, graph, properties);
  } catch (const boost::directed_graph_error&) {
    throw input_error(place, "is a directed graph",
                      "write an undirected one: every edge is a full-duplex cable");
  } catch (const std::exception& error) {
    throw input_error(place, fmt::format("is no GraphML that can be read: {}", printable(error.what(), 200)),
                      wanted);
  }
  return graph;
}

class Reader {
 public:
  Reader(const AttributedGraph& graph, const std::string& place) : graph_(graph), place_(place) {}

  GraphDescription read() {
    GraphDescription description;
    for (const AttributedVertex vertex : boost::make_iterator_range(boost::vertices(graph_)))
      read_vertex(vertex, description);
    for (const AttributedEdge edge : boost::make_iterator_range(boost::edges(graph_)))
      read_edge(edge, description);
    return description;
  }

 private:
  void read_vertex(AttributedVertex vertex, GraphDescription& description) {
    const std::string what = fmt::format("vertex {}", vertex);
    const std::string name = attribute(graph_[vertex], "name", what);
    const std::string kind = attribute(graph_[vertex], "kind", name);
    if (kind == "switch")
      description.switches.push_back(name);
    else if (kind == "device")
      description.devices.push_back({name, node_of(graph_[vertex], name)});
    else
      throw input_error(place_, fmt::format("{} is of kind \"{}\"", printable(name), printable(kind)),
                        "write device or switch");
  }

  void read_edge(AttributedEdge edge, GraphDescription& description) {
    const std::string& from = graph_[boost::source(edge, graph_)].at("name");
    const std::string& to = graph_[boost::target(edge, graph_)].at("name");
    const std::string what = fmt::format("the edge {} - {}", from, to);
    description.cables.push_back(
        {from, to,
         quantity(attribute(graph_[edge], "bandwidth", what), parse_bandwidth, what + ", bandwidth"),
         quantity(attribute(graph_[edge], "latency", what), parse_duration, what + ", latency")});
  }

  [[nodiscard]] std::string attribute(const Attributes& attributes, const char* name,
                                      const std::string& what) const {
    const auto found = attributes.find(name);
    if (found == attributes.end() || found->second.empty())
      throw input_error(place_, fmt::format("{} has no {}", printable(what), name), wanted);
    return found->second;
  }

  [[nodiscard]] NodeId node_of(const Attributes& attributes, const std::string& name) const {
    const auto found = attributes.find("node");
    if (found == attributes.end() || found->second.empty()) return 0;
    const std::string& text = found->second;
    NodeId node = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), node);
    if (error != std::errc() || rest != text.data() + text.size() || node < 0)
      throw input_error(place_, fmt::format("{} has node \"{}\"", printable(name), printable(text)),
                        "number the nodes 0, 1, ...");
    return node;
  }

  /// A number in base units, or a text with a unit.
  [[nodiscard]] double quantity(const std::string& text, double (*with_unit)(std::string_view),
                                const std::string& what) const {
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && rest == text.data() + text.size()) return value;
    try {
      return with_unit(text);
    } catch (const Error& fault) {
      throw input_error(place_, printable(what) + ": " + fault.problems().front().what,
                        fault.problems().front().remedy);
    }
  }

  const AttributedGraph& graph_;
  const std::string& place_;
};

}  // namespace

GraphDescription read_graphml(std::istream& in, const std::string& place) {
  return Reader(parse(in, place), place).read();
}

void write_graphml(std::ostream& out, const Topology& topology) {
  const GraphDescription description = description_of(topology);
  struct OutVertex {
    std::string name;
    std::string kind;
    int node = 0;
  };
  using OutGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, OutVertex, GraphCable>;
  OutGraph graph;
  std::map<std::string, std::size_t> number;
  for (const GraphVertex& device : description.devices)
    number[device.name] = boost::add_vertex(OutVertex{device.name, "device", device.node}, graph);
  for (VertexId vertex = topology.device_count(); vertex < topology.device_count() + topology.switch_count();
       ++vertex)
    number[topology.name_of_vertex(vertex)] = boost::add_vertex(
        OutVertex{topology.name_of_vertex(vertex), "switch", topology.node_of_vertex(vertex)}, graph);
  for (const GraphCable& cable : description.cables)
    boost::add_edge(number.at(cable.from), number.at(cable.to), cable, graph);
  boost::dynamic_properties properties;
  properties.property("name", boost::get(&OutVertex::name, graph));
  properties.property("kind", boost::get(&OutVertex::kind, graph));
  properties.property("node", boost::get(&OutVertex::node, graph));
  properties.property("bandwidth", boost::get(&GraphCable::bandwidth, graph));
  properties.property("latency", boost::get(&GraphCable::latency, graph));
  boost::write_graphml(out, graph, properties, true);
}

}  // namespace epsim
