#include "analysis/report/timeline_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/blame/blame.hpp"
#include "platforms/error.hpp"
#include "platforms/printable.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr double ticks_per_layer = 100'000;

struct Interval {
  double begin = 0;
  double end = 0;
};

/// One line of the picture: what a device did of a part (a phase, or overhead) on a lane.
struct RowKey {
  int device = 0;
  int lane = 0;
  int part = 0;
  auto operator<=>(const RowKey&) const = default;
};
using Rows = std::map<RowKey, std::vector<Interval>>;

constexpr int overhead_part = phase_count;  // after those that are phases

/// Of a stream's name, like "scale_up.1".
int lane_of(const CsvFile& row, std::size_t column) {
  const std::string_view stream = row.text(column);
  constexpr auto lanes = Names<StreamKind>::values;
  const auto found = std::ranges::find(lanes, stream.substr(0, stream.find('.')));
  if (found == lanes.end()) throw row.fault("\"" + printable(stream, 40) + "\" is no stream");
  return static_cast<int>(found - lanes.begin());
}

/// What a pattern's spans add up to.
struct SpanTally {
  Rows rows;
  double end = 0;
  std::array<double, phase_count> messages = {};  // by phase
};

std::vector<SpanTally> read_spans(const ComparisonInput& input) {
  CsvFile file = input.table(
      "spans.csv", {"pattern", "device", "stream", "phase", "kind", "start_seconds", "end_seconds", "bytes"});
  std::vector<SpanTally> tallies(input.patterns.size());
  while (file.next()) {
    SpanTally& tally = tallies[input.pattern_in(file, 0)];
    const auto device = static_cast<int>(input.devices.place_of(file, 1));
    const std::size_t phase = file.choice(3, Names<Phase>::values);
    const std::string& kind = file.text(4);
    const Interval interval{file.number(5), file.number(6)};
    if (interval.begin < 0 || interval.end < interval.begin) throw file.fault("ends before it begins");
    tally.rows[{device, lane_of(file, 2), kind == "overhead" ? overhead_part : static_cast<int>(phase)}]
        .push_back(interval);
    tally.end = std::max(tally.end, interval.end);
    if (kind == "transfer" && file.number(7) > 0) ++tally.messages[phase];
  }
  return tallies;
}

void check_spans(const ComparisonInput& input, const std::vector<SpanTally>& tallies) {
  for (std::size_t p = 0; p < tallies.size(); ++p) {
    input.require_same("spans.csv", tallies[p].end, input.number(p, "/layer_seconds"));
    for (std::size_t phase = 0; phase < phase_count; ++phase)
      input.require_same(
          "spans.csv", tallies[p].messages[phase],
          input.number(p, fmt::format("/phases/{}/messages", Names<Phase>::values[phase]).c_str()));
  }
}

/// In ticks, sorted; those that overlap are one.
std::vector<Interval> unite(std::vector<Interval> intervals, double tick) {
  for (Interval& one : intervals) {
    one.begin = std::floor(one.begin / tick);
    one.end = std::max(one.begin + 1, std::ceil(one.end / tick - 1e-6));
  }
  std::ranges::sort(intervals, {}, &Interval::begin);
  std::vector<Interval> united;
  for (const Interval& one : intervals)
    if (!united.empty() && one.begin <= united.back().end)
      united.back().end = std::max(united.back().end, one.end);
    else
      united.push_back(one);
  return united;
}

/// Closes gaps shorter than `gap` ticks.
void close_gaps(std::vector<Interval>& intervals, double gap) {
  std::vector<Interval> closed;
  for (const Interval& one : intervals)
    if (!closed.empty() && one.begin - closed.back().end < gap)
      closed.back().end = one.end;
    else
      closed.push_back(one);
  intervals = std::move(closed);
}

std::size_t count_of(const Rows& rows) {
  std::size_t count = 0;
  for (const auto& [key, intervals] : rows) count += intervals.size();
  return count;
}

Json rows_json(const Rows& rows) {
  Json list = Json::array();
  for (const auto& [key, intervals] : rows) {
    Json steps = Json::array();
    double at = 0;
    for (const Interval& one : intervals) {
      steps.push_back(static_cast<std::int64_t>(one.begin - at));
      steps.push_back(static_cast<std::int64_t>(one.end - one.begin));
      at = one.end;
    }
    list.push_back({key.device, key.lane, key.part, std::move(steps)});
  }
  return list;
}

Json timeline_json(SpanTally& tally, std::size_t most) {
  const double tick = tally.end > 0 ? tally.end / ticks_per_layer : 1;
  for (auto& [key, intervals] : tally.rows) intervals = unite(std::move(intervals), tick);
  double gap = 0;
  while (count_of(tally.rows) > most && gap < ticks_per_layer) {
    gap = std::max(2.0, 2 * gap);
    for (auto& [key, intervals] : tally.rows) close_gaps(intervals, gap);
  }
  return {{"tick_seconds", tick}, {"merged_seconds", gap * tick}, {"rows", rows_json(tally.rows)}};
}

/// What most of a piece of the path went on.
std::string largest_cause(const CsvFile& row, const std::vector<std::string>& causes,
                          std::size_t first_column) {
  std::size_t largest = 0;
  for (std::size_t i = 1; i < causes.size(); ++i)
    if (row.number(first_column + i) > row.number(first_column + largest)) largest = i;
  return causes[largest];
}

/// Per pattern [[device, lane, phase, kind, peer, bytes, begin, end, released by, limiting link, cause]].
void add_paths(const ComparisonInput& input, Json& timelines) {
  std::vector<std::string> columns = {"pattern",       "device",      "stream",     "phase",
                                      "kind",          "peer",        "bytes",      "released_by",
                                      "begin_seconds", "end_seconds", "shared_link"};
  const std::size_t first_cause = columns.size();
  std::vector<std::string> causes;
  for (const std::string_view cause : Names<Cause>::values) {
    causes.emplace_back(cause);
    columns.push_back(causes.back() + "_seconds");
  }
  CsvFile file = input.table("critical_path.csv", columns);
  std::vector<double> ends(input.patterns.size());
  const auto number_or_null = [&](std::size_t column) {
    return file.text(column).empty() ? Json(nullptr) : Json(file.number(column));
  };
  const auto rounded = [](double seconds) { return std::round(seconds * 1e10) / 1e10; };
  while (file.next()) {
    const std::size_t pattern = input.pattern_in(file, 0);
    ends[pattern] = std::max(ends[pattern], file.number(9));
    timelines[pattern]["path"].push_back({input.devices.place_of(file, 1), lane_of(file, 2), file.text(3),
                                          file.text(4), number_or_null(5), number_or_null(6),
                                          rounded(file.number(8)), rounded(file.number(9)), file.text(7),
                                          file.text(10).empty() ? Json(nullptr) : Json(file.text(10)),
                                          largest_cause(file, causes, first_cause)});
  }
  for (std::size_t p = 0; p < ends.size(); ++p) {
    input.require_same("critical_path.csv", ends[p], input.number(p, "/layer_seconds"));
    input.require_same("critical_path.csv", static_cast<double>(timelines[p]["path"].size()),
                       input.number(p, "/blame/operations"));
  }
}

}  // namespace

Json timeline_data(const ComparisonInput& input) {
  std::vector<SpanTally> tallies = read_spans(input);
  check_spans(input, tallies);
  // So many spans that a page of 64 devices stays well below 4 MB, one of 256 below 12 MB.
  const std::size_t most_in_all = std::clamp<std::size_t>(1'500 * input.devices.size(), 200'000, 400'000);
  Json timelines = Json::array();
  for (SpanTally& tally : tallies) {
    Json timeline = timeline_json(tally, most_in_all / tallies.size());
    timeline["path"] = Json::array();
    timelines.push_back(std::move(timeline));
  }
  add_paths(input, timelines);
  return timelines;
}

}  // namespace epsim
