#include "analysis/report/matrix_data.hpp"

#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

struct Crossing {
  std::size_t device = 0;
  int node = 0;
  std::int64_t bytes = 0;
};

struct TrafficMatrix {
  std::vector<std::int64_t> pairs;
  std::vector<Crossing> crossings;
};

/// Every count is a whole number of copies of a token, so in units of their common divisor they are short.
Json traffic_json(const std::pair<std::string, std::string>& key, const TrafficMatrix& matrix) {
  std::int64_t unit = 0;
  for (const std::int64_t bytes : matrix.pairs) unit = std::gcd(unit, bytes);
  for (const Crossing& crossing : matrix.crossings) unit = std::gcd(unit, crossing.bytes);
  unit = std::max<std::int64_t>(unit, 1);
  Json pairs = Json::array();
  for (const std::int64_t bytes : matrix.pairs) pairs.push_back(bytes / unit);
  Json crossings = Json::array();
  for (const Crossing& crossing : matrix.crossings)
    crossings.push_back({crossing.device, crossing.node, crossing.bytes / unit});
  return {{"phase", key.first},
          {"level", key.second},
          {"unit_bytes", unit},
          {"pairs", std::move(pairs)},
          {"crossings", std::move(crossings)}};
}

void check_logical_bytes(const ComparisonInput& input, const std::string& phase,
                         const TrafficMatrix& matrix) {
  const Json& said = input.run(0)["phases"][phase];
  if (said.contains("logical_bytes"))
    input.require_same("traffic.csv",
                       static_cast<double>(std::accumulate(matrix.pairs.begin(), matrix.pairs.end(), 0LL)),
                       said["logical_bytes"]);
}

constexpr double most_exact = 9e15;  // whole numbers that a double holds

}  // namespace

Json traffic_data(const ComparisonInput& input, const ReportDevices& devices) {
  CsvFile file = input.table(
      "traffic.csv", {"phase", "level", "source", "destination", "source_node", "destination_node", "bytes"});
  std::map<std::pair<std::string, std::string>, TrafficMatrix> matrices;
  while (file.next()) {
    TrafficMatrix& matrix = matrices[{file.text(0), file.text(1)}];
    matrix.pairs.resize(devices.size() * devices.size());
    const double bytes = file.number(6);
    if (bytes < 0 || bytes > most_exact || bytes != std::floor(bytes))
      throw file.fault("is no number of bytes");
    const auto whole = static_cast<std::int64_t>(bytes);
    if (file.text(3).empty())
      matrix.crossings.push_back({devices.place_of(file, 2), file.index(5, 1 << 24), whole});
    else if (file.text(2).empty())
      matrix.crossings.push_back({devices.place_of(file, 3), file.index(4, 1 << 24), whole});
    else
      matrix.pairs[devices.place_of(file, 2) * devices.size() + devices.place_of(file, 3)] = whole;
  }
  Json list = Json::array();
  for (const char* phase : {"dispatch", "combine"})
    for (const char* level : {"none", "device", "node"}) {
      const auto found = matrices.find({phase, level});
      if (found == matrices.end()) continue;
      const bool is_alone = !matrices.contains({phase, "device"});
      if (std::string_view(level) == "device" || is_alone) check_logical_bytes(input, phase, found->second);
      list.push_back(traffic_json(found->first, found->second));
    }
  return list;
}

Json waits_data(const ComparisonInput& input, const ReportDevices& devices) {
  CsvFile file = input.table("waits.csv", {"pattern", "phase", "source", "destination", "waited_seconds",
                                           "late_seconds", "queued_seconds", "moving_seconds", "bytes"});
  struct Waits {
    std::vector<double> seconds;
    std::string reasons;
    double bytes = 0;
  };
  std::map<std::pair<std::size_t, std::string>, Waits> all;
  while (file.next()) {
    Waits& waits = all[{input.pattern_in(file, 0), file.text(1)}];
    waits.seconds.resize(devices.size() * devices.size());
    waits.reasons.resize(devices.size() * devices.size(), '0');
    const std::size_t place = devices.place_of(file, 2) * devices.size() + devices.place_of(file, 3);
    waits.seconds[place] = file.number(4);
    waits.bytes += file.number(8);
    const double late = file.number(5);
    const double queued = file.number(6);
    const double moving = file.number(7);
    waits.reasons[place] = late >= queued && late >= moving ? '0' : queued >= moving ? '1' : '2';
  }
  Json list = Json::array();
  for (auto& [key, waits] : all) {
    const Json& phases = input.run(key.first)["phases"];
    if (!phases.contains(key.second)) input.refuse_mixture("waits.csv");
    input.require_same("waits.csv", waits.bytes, phases[key.second]["bytes"]);
    const double layer = input.run(key.first)["layer_seconds"];
    const double tick = layer > 0 ? std::pow(10, std::floor(std::log10(layer)) - 4) : 1;
    Json ticks = Json::array();
    for (const double seconds : waits.seconds)
      ticks.push_back(static_cast<std::int64_t>(std::round(seconds / tick)));
    list.push_back({{"pattern", input.patterns[key.first]},
                    {"phase", key.second},
                    {"tick_seconds", tick},
                    {"ticks", std::move(ticks)},
                    {"reasons", std::move(waits.reasons)}});
  }
  return list;
}

}  // namespace epsim
