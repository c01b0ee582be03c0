#include "analysis/report/network_data.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

/// For pictures: more digits cannot be seen.
double rounded(double value) {
  if (value == 0) return 0;
  const double scale = std::pow(10, 4 - std::ceil(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

/// Links by name; parallel cables share one, and follow each other in every table.
using LinksByName = std::map<std::string, std::vector<std::size_t>>;

LinksByName read_topology(const ComparisonInput& input, Json& vertices, Json& links) {
  CsvFile file =
      input.table("topology.csv", {"link", "class", "from", "to", "from_device", "to_device", "from_node",
                                   "to_node", "bandwidth_bytes_per_second", "latency_seconds"});
  std::map<std::string, std::size_t> vertex_of_name;
  const auto index_or_null = [&](std::size_t column) {
    return file.text(column).empty() ? Json(nullptr) : Json(file.index(column));
  };
  const auto vertex = [&](std::size_t name, std::size_t device, std::size_t node) {
    const auto [found, is_new] = vertex_of_name.try_emplace(file.text(name), vertices.size());
    if (is_new) vertices.push_back({file.text(name), index_or_null(device), index_or_null(node)});
    return found->second;
  };
  LinksByName by_name;
  while (file.next()) {
    const std::size_t from = vertex(2, 4, 6);
    const std::size_t to = vertex(3, 5, 7);
    by_name[file.text(0)].push_back(links.size());
    links.push_back({from, to, file.text(1), file.number(8), file.number(9)});
  }
  return by_name;
}

}  // namespace

Json network_data(const ComparisonInput& input) {
  Json vertices = Json::array();
  Json links = Json::array();
  const LinksByName by_name = read_topology(input, vertices, links);
  struct Use {
    std::vector<double> utilization;
    std::vector<double> bytes;
    std::map<std::string, std::size_t> seen;
    double most = 0;
  };
  std::vector<Use> uses(input.patterns.size());
  for (Use& use : uses) {
    use.utilization.resize(links.size());
    use.bytes.resize(links.size());
  }
  CsvFile file = input.table("links.csv", {"pattern", "link", "bytes", "utilization"});
  while (file.next()) {
    Use& use = uses[input.pattern_in(file, 0)];
    const auto found = by_name.find(file.text(1));
    if (found == by_name.end() || use.seen[file.text(1)] >= found->second.size())
      throw file.fault("this link is not in topology.csv");
    const std::size_t link = found->second[use.seen[file.text(1)]++];
    use.bytes[link] = file.number(2);
    use.utilization[link] = rounded(file.number(3));
    use.most = std::max(use.most, file.number(3));
  }
  for (std::size_t p = 0; p < uses.size(); ++p) {
    const Json& busiest = input.run(p).at("busiest_link");
    input.require_same("links.csv", uses[p].most,
                       busiest.is_null() ? 0 : busiest.at("utilization").get<double>());
  }
  Json list = Json::array();
  for (const Use& use : uses) list.push_back({{"utilization", use.utilization}, {"bytes", use.bytes}});
  return {{"vertices", std::move(vertices)}, {"links", std::move(links)}, {"use", std::move(list)}};
}

Json link_use_data(const ComparisonInput& input) {
  CsvFile file =
      input.table("link_use.csv", {"pattern", "counter", "unit", "begin_seconds", "end_seconds", "value"});
  Json list = Json::array();
  for (std::size_t p = 0; p < input.patterns.size(); ++p)
    list.push_back({{"bin_seconds", 0}, {"counters", Json::array()}});
  std::vector<double> ends(input.patterns.size());
  const auto check_end = [&](std::size_t p) {
    input.require_same("link_use.csv", ends[p], input.number(p, "/layer_seconds"));
  };
  while (file.next()) {
    const std::size_t pattern = input.pattern_in(file, 0);
    Json& counters = list[pattern]["counters"];
    if (file.number(3) == 0) {
      if (!counters.empty()) check_end(pattern);
      counters.push_back({{"name", file.text(1)}, {"unit", file.text(2)}, {"values", Json::array()}});
      list[pattern]["bin_seconds"] = file.number(4);
    }
    if (counters.empty() || counters.back()["name"] != file.text(1)) throw file.fault("is not in its place");
    counters.back()["values"].push_back(rounded(file.number(5)));
    ends[pattern] = file.number(4);
  }
  for (std::size_t p = 0; p < ends.size(); ++p)
    if (!list[p]["counters"].empty() || !input.run(p).at("busiest_link").is_null()) check_end(p);
  return list;
}

}  // namespace epsim
