#include "analysis/report/traffic_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "platforms/error.hpp"
#include "sim/scenario.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr double most_exact = 9e15;  // whole numbers that a double holds

using PhaseAndLevel = std::pair<std::string, std::string>;

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
Json traffic_json(const PhaseAndLevel& key, const TrafficMatrix& matrix) {
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

double sum_of(const TrafficMatrix& matrix) {
  double sum = 0;
  for (const std::int64_t bytes : matrix.pairs) sum += static_cast<double>(bytes);
  return sum;
}

/// What has to reach other devices stands in result.json.
void check_logical_bytes(const ComparisonInput& input,
                         const std::map<PhaseAndLevel, TrafficMatrix>& matrices) {
  for (const std::string_view phase : exchange_phases) {
    const double said = input.number(0, fmt::format("/phases/{}/logical_bytes", phase).c_str());
    const bool has_levels = !input.run(0).at("load").is_null();
    for (const std::string_view level : Names<Deduplication>::values) {
      const auto found = matrices.find({std::string(phase), std::string(level)});
      const bool is_there = found != matrices.end();
      if (level == (has_levels ? "device" : "none"))
        input.require_same("traffic.csv", is_there ? sum_of(found->second) : 0, said);
      else if (has_levels && said > 0 && !is_there)
        input.require_same("traffic.csv", 0, said);
    }
  }
}

std::int64_t whole_bytes(const CsvFile& file, std::size_t column) {
  const double bytes = file.number(column);
  if (bytes <= 0 || bytes > most_exact || bytes != std::floor(bytes))
    throw file.fault("is no number of bytes");
  return static_cast<std::int64_t>(bytes);
}

void read_traffic_row(const CsvFile& file, const ReportDevices& devices, TrafficMatrix& matrix) {
  const std::int64_t bytes = whole_bytes(file, 6);
  if (file.text(3).empty()) {
    matrix.crossings.push_back({devices.place_of(file, 2), file.index(5), bytes});
  } else if (file.text(2).empty()) {
    matrix.crossings.push_back({devices.place_of(file, 3), file.index(4), bytes});
  } else {
    std::int64_t& pair = matrix.pairs[devices.place_of(file, 2) * devices.size() + devices.place_of(file, 3)];
    if (pair != 0) throw file.fault("is there twice");
    pair = bytes;
  }
}

}  // namespace

Json traffic_data(const ComparisonInput& input) {
  CsvFile file = input.table(
      "traffic.csv", {"phase", "level", "source", "destination", "source_node", "destination_node", "bytes"});
  std::map<PhaseAndLevel, TrafficMatrix> matrices;
  while (file.next()) {
    (void)file.choice(0, exchange_phases);
    (void)file.choice(1, Names<Deduplication>::values);
    TrafficMatrix& matrix = matrices[{file.text(0), file.text(1)}];
    matrix.pairs.resize(input.devices.size() * input.devices.size());
    read_traffic_row(file, input.devices, matrix);
  }
  check_logical_bytes(input, matrices);
  Json list = Json::array();
  for (const std::string_view phase : exchange_phases)
    for (const std::string_view level : Names<Deduplication>::values)
      if (const auto found = matrices.find({std::string(phase), std::string(level)}); found != matrices.end())
        list.push_back(traffic_json(found->first, found->second));
  return list;
}

}  // namespace epsim
