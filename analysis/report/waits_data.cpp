#include "analysis/report/waits_data.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

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
    (void)file.choice(1, exchange_phases);
    Waits& waits = all[{input.pattern_in(file, 0), file.text(1)}];
    waits.seconds.resize(pairs, nothing_sent);
    waits.reasons.resize(pairs, '0');
    read_wait_row(file, input.devices, waits);
  }
  Json list = Json::array();
  for (std::size_t p = 0; p < input.patterns.size(); ++p)
    for (const std::string_view phase : exchange_phases) {
      const auto found = all.find({p, std::string(phase)});
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
