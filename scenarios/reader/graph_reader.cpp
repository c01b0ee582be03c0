#include "scenarios/reader/graph_reader.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "platforms/graphml.hpp"
#include "platforms/system/input_file.hpp"
#include "scenarios/reader/limits.hpp"

namespace epsim {
namespace {

using nlohmann::json;

class GraphReader {
 public:
  explicit GraphReader(JsonObject& object) : object_(object) {}

  GraphDescription read() {
    GraphDescription graph;
    for_each("devices", [&](const json& value, const std::string& pointer) {
      graph.devices.push_back(read_device(value, pointer));
    });
    for_each("switches", [&](const json& value, const std::string& pointer) {
      graph.switches.push_back(read_name(value, pointer));
    });
    for_each("links", [&](const json& value, const std::string& pointer) {
      graph.cables.push_back(read_link(JsonObject(value, pointer, object_.problems())));
    });
    return graph;
  }

 private:
  template <class Element>
  void for_each(const char* key, const Element& element) {
    const json* value = object_.raw(key);
    if (!value) return;
    if (!value->is_array())
      return object_.add_problem(key, "found " + describe(*value) + ", not a list", "write [...]");
    for (std::size_t i = 0; i < value->size(); ++i)
      element((*value)[i], fmt::format("{}/{}", object_.pointer_to(key), i));
  }

  std::string read_name(const json& value, const std::string& pointer) {
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) return value.get<std::string>();
    object_.problems().push_back({pointer, "found " + describe(value) + ", not a name", "write \"...\""});
    return {};
  }

  GraphVertex read_device(const json& value, const std::string& pointer) {
    if (!value.is_object()) return {read_name(value, pointer), 0};
    JsonObject object(value, pointer, object_.problems());
    GraphVertex device;
    if (const json* name = object.raw("name"))
      device.name = read_name(*name, object.pointer_to("name"));
    else
      object.add_problem("name", "missing", R"(write "d0" or {"name": "d0", "node": 0})");
    assign(device.node, object.integer("node", {0, most_devices - 1}));
    object.finish();
    return device;
  }

  GraphCable read_link(JsonObject object) {
    GraphCable cable;
    for (const auto& [key, end] : {std::pair{"from", &cable.from}, std::pair{"to", &cable.to}}) {
      if (const json* name = object.raw(key))
        *end = read_name(*name, object.pointer_to(key));
      else
        object.add_problem(key, "missing", "name a device or a switch");
    }
    if (!object.has("bandwidth")) object.add_problem("bandwidth", "missing", "give it, as \"50GBps\"");
    if (!object.has("latency")) object.add_problem("latency", "missing", "give it, as \"1us\" or 0");
    assign(cable.bandwidth, object.bandwidth("bandwidth", limits::bandwidth));
    assign(cable.latency, object.duration("latency", limits::latency));
    object.finish();
    return cable;
  }

  JsonObject& object_;
};

}  // namespace

GraphDescription load_graphml(const std::filesystem::path& path) {
  check_input_file(path, "give a GraphML file");
  std::ifstream file(path);
  GraphDescription graph = read_graphml(file, path.string());
  for (const GraphCable& cable : graph.cables) {
    const std::string what = fmt::format("the edge {} - {}", cable.from, cable.to);
    if (!(cable.bandwidth >= limits::bandwidth.low && cable.bandwidth <= limits::bandwidth.high))
      throw input_error(path.string(), fmt::format("{} has a bandwidth of {}", what, cable.bandwidth),
                        fmt::format("give {}", limits::bandwidth.text));
    if (!(cable.latency >= limits::latency.low && cable.latency <= limits::latency.high))
      throw input_error(path.string(), fmt::format("{} has a latency of {}", what, cable.latency),
                        fmt::format("give {}", limits::latency.text));
  }
  return graph;
}

std::optional<GraphDescription> read_graph(JsonObject& object, const std::filesystem::path& base_folder) {
  const std::size_t problems_before = object.problem_count();
  object.allow({"devices", "switches", "links"});
  const auto file = object.string("file");
  if (file && (object.has("devices") || object.has("switches") || object.has("links")))
    object.add_problem("file", "cannot stand beside devices, switches and links", "give one or the other");
  if (!file && !object.has("devices"))
    object.add_problem("devices", "missing", "name the devices, switches and links, or a GraphML file");
  if (object.problem_count() > problems_before) return std::nullopt;
  if (file) {
    try {
      return load_graphml(base_folder / *file);
    } catch (const Error& error) {
      for (const Problem& problem : error.problems()) object.problems().push_back(problem);
      return std::nullopt;
    }
  }
  GraphDescription graph = GraphReader(object).read();
  if (object.problem_count() > problems_before) return std::nullopt;
  return graph;
}

}  // namespace epsim
