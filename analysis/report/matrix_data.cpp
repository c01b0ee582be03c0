#include "analysis/report/matrix_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <numeric>
#include <utility>

#include "platforms/error.hpp"
#include "platforms/printable.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

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
  for (const char* phase : {"dispatch", "combine"}) {
    const double said = input.number(0, fmt::format("/phases/{}/logical_bytes", phase).c_str());
    const bool has_levels = !input.run(0).at("load").is_null();
    for (const char* level : {"none", "device", "node"}) {
      const auto found = matrices.find({phase, level});
      const bool is_there = found != matrices.end();
      if (level == std::string_view(has_levels ? "device" : "none"))
        input.require_same("traffic.csv", is_there ? sum_of(found->second) : 0, said);
      else if (has_levels && said > 0 && !is_there)
        input.require_same("traffic.csv", 0, said);
    }
  }
}

constexpr double most_exact = 9e15;  // whole numbers that a double holds

}  // namespace

namespace {

std::int64_t whole_bytes(const CsvFile& file, std::size_t column) {
  const double bytes = file.number(column);
  if (bytes <= 0 || bytes > most_exact || bytes != std::floor(bytes))
    throw file.fault("is no number of bytes");
  return static_cast<std::int64_t>(bytes);
}

void require_known(const CsvFile& file, std::size_t column, std::initializer_list<std::string_view> known) {
  if (std::ranges::count(known, std::string_view(file.text(column))) == 0)
    throw file.fault("\"" + printable(file.text(column), 40) + "\" is not known");
}

constexpr int most_node = 1 << 24;

void read_traffic_row(const CsvFile& file, const ReportDevices& devices, TrafficMatrix& matrix) {
  const std::int64_t bytes = whole_bytes(file, 6);
  if (file.text(3).empty()) {
    matrix.crossings.push_back({devices.place_of(file, 2), file.index(5, most_node), bytes});
  } else if (file.text(2).empty()) {
    matrix.crossings.push_back({devices.place_of(file, 3), file.index(4, most_node), bytes});
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
    require_known(file, 0, {"dispatch", "combine"});
    require_known(file, 1, {"none", "device", "node"});
    TrafficMatrix& matrix = matrices[{file.text(0), file.text(1)}];
    matrix.pairs.resize(input.devices.size() * input.devices.size());
    read_traffic_row(file, input.devices, matrix);
  }
  check_logical_bytes(input, matrices);
  Json list = Json::array();
  for (const char* phase : {"dispatch", "combine"})
    for (const char* level : {"none", "device", "node"})
      if (const auto found = matrices.find({phase, level}); found != matrices.end())
        list.push_back(traffic_json(found->first, found->second));
  return list;
}

namespace {

struct Waits {
  std::vector<double> seconds;
  std::string reasons;
  double bytes = 0;
};

constexpr double nothing_sent = -1;

void read_wait_row(const CsvFile& file, const ReportDevices& devices, Waits& waits) {
  const std::size_t place = devices.place_of(file, 2) * devices.size() + devices.place_of(file, 3);
  if (waits.seconds[place] != nothing_sent) throw file.fault("is there twice");
  waits.seconds[place] = file.number(4);
  waits.bytes += file.number(8);
  const double late = file.number(5);
  const double queued = file.number(6);
  const double moving = file.number(7);
  if (waits.seconds[place] < 0 || waits.seconds[place] > 1e9) throw file.fault("is no time");
  waits.reasons[place] = late >= queued && late >= moving ? '0' : queued >= moving ? '1' : '2';
}

Json waits_json(const Waits& waits, double layer) {
  const double tick = layer > 0 ? std::pow(10, std::floor(std::log10(layer)) - 4) : 1;
  Json ticks = Json::array();
  for (const double seconds : waits.seconds)
    ticks.push_back(seconds == nothing_sent ? -1 : static_cast<std::int64_t>(std::round(seconds / tick)));
  return {{"tick_seconds", tick}, {"ticks", std::move(ticks)}, {"reasons", waits.reasons}};
}

}  // namespace

Json waits_data(const ComparisonInput& input) {
  CsvFile file = input.table("waits.csv", {"pattern", "phase", "source", "destination", "waited_seconds",
                                           "late_seconds", "queued_seconds", "moving_seconds", "bytes"});
  std::map<std::pair<std::size_t, std::string>, Waits> all;
  const std::size_t pairs = input.devices.size() * input.devices.size();
  while (file.next()) {
    require_known(file, 1, {"dispatch", "combine"});
    Waits& waits = all[{input.pattern_in(file, 0), file.text(1)}];
    waits.seconds.resize(pairs, nothing_sent);
    waits.reasons.resize(pairs, '0');
    read_wait_row(file, input.devices, waits);
  }
  Json list = Json::array();
  for (std::size_t p = 0; p < input.patterns.size(); ++p)
    for (const char* phase : {"dispatch", "combine"}) {
      const auto found = all.find({p, phase});
      const double said = input.number(p, fmt::format("/phases/{}/bytes", phase).c_str());
      input.require_same("waits.csv", found == all.end() ? 0 : found->second.bytes, said);
      if (found == all.end()) continue;
      Json one = {{"pattern", input.patterns[p]}, {"phase", phase}};
      one.update(waits_json(found->second, input.number(p, "/layer_seconds")));
      list.push_back(std::move(one));
    }
  return list;
}

}  // namespace epsim
