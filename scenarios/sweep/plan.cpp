#include "scenarios/sweep/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>

#include "analysis/estimate/cost_estimate.hpp"
#include "analysis/estimate/memory_estimate.hpp"
#include "platforms/indexing.hpp"
#include "scenarios/reader/scenario_reader.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// One line of an error for a table's cell.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// A scenario, or why there is none.
struct Candidate {
  std::optional<Scenario> scenario;
  std::string error;
};

Candidate candidate_of(const Sweep& sweep, std::uint64_t combination) {
  try {
    return {scenario_of(sweep, combination), ""};
  } catch (const Error& error) {
    return {std::nullopt, one_line(error.what())};
  }
}

/// Whether `where` keeps the combination. Comparisons with values of a scenario that is none are passed over:
/// the point then tells its error.
bool is_kept(const Sweep& sweep, const std::vector<std::string>& pointers, std::uint64_t combination,
             const Candidate& candidate) {
  if (sweep.where.empty()) return true;
  const std::vector<const json*> settings = settings_of(sweep, combination);
  json resolved;
  if (candidate.scenario) resolved = resolved_json(*candidate.scenario);
  const auto swept = [&](const std::string& pointer) {
    return std::find(pointers.begin(), pointers.end(), pointer) - pointers.begin();
  };
  const Lookup lookup = [&](const std::string& pointer) -> const json* {
    const auto place = at(swept(pointer));
    if (place < pointers.size()) return settings[place];
    const json::json_pointer path(pointer);
    return resolved.contains(path) ? &resolved.at(path) : nullptr;
  };
  return std::ranges::all_of(sweep.where, [&](const WhereClause& comparison) {
    const bool is_swept = std::ranges::all_of(pointers_in(comparison), [&](const std::string& pointer) {
      return static_cast<std::size_t>(swept(pointer)) < pointers.size();
    });
    return (!is_swept && !candidate.scenario) || holds(comparison, lookup);
  });
}

PlannedPoint planned(const Sweep& sweep, std::uint64_t combination, const Candidate& candidate) {
  PlannedPoint point;
  point.combination = combination;
  if (!candidate.scenario) {
    point.error = candidate.error;
    json settings = json::array();
    for (const json* value : settings_of(sweep, combination)) settings.push_back(*value);
    point.identity = identity_of(json{*sweep.base, swept_pointers(sweep), settings}.dump());
    return point;
  }
  const Scenario& scenario = *candidate.scenario;
  const std::vector<PatternKind> patterns = patterns_of(sweep, scenario);
  point.identity = identity_of(scenario, patterns);
  point.routing = routing_identity_of(scenario);
  point.seconds = estimate_seconds(scenario, patterns);
  point.memory = estimate_memory(scenario, patterns, 1).total();
  return point;
}

void check_size(std::uint64_t size) {
  if (size <= most_combinations) return;
  throw input_error(
      "/grid", fmt::format("the cross product has {} combinations, more than {}", size, most_combinations),
      "sweep fewer values, or say --yes");
}

}  // namespace

std::vector<PlannedPoint> plan_points(const Sweep& sweep, bool any_size, const PlanProgress& progress) {
  const std::uint64_t size = combinations(sweep);
  if (!any_size) check_size(size);
  const std::vector<std::string> pointers = swept_pointers(sweep);
  std::vector<PlannedPoint> points;
  for (std::uint64_t combination = 0; combination < size; ++combination) {
    if (progress) progress(combination);
    const Candidate candidate = candidate_of(sweep, combination);
    if (is_kept(sweep, pointers, combination, candidate))
      points.push_back(planned(sweep, combination, candidate));
  }
  if (points.empty())
    throw input_error("/where", fmt::format("none of the {} combinations is left", size), "allow more");
  if (std::ranges::all_of(points, [](const PlannedPoint& point) { return !point.error.empty(); }))
    throw input_error("", fmt::format("none of the {} points is a scenario; the first: {}", points.size(),
                                      points.front().error));
  return points;
}

std::vector<std::size_t> running_order(const std::vector<PlannedPoint>& points,
                                       std::vector<std::size_t> chosen) {
  struct Batch {
    double seconds = 0;
    std::size_t first = 0;
  };
  std::erase_if(chosen, [&](std::size_t i) { return !points[i].error.empty(); });
  std::map<Identity, Batch> batches;
  for (const std::size_t i : chosen) {
    Batch& batch = batches.try_emplace(points[i].routing, Batch{0, i}).first->second;
    batch.seconds = std::max(batch.seconds, points[i].seconds);
    batch.first = std::min(batch.first, i);
  }
  const auto rank = [&](std::size_t i) {
    const Batch& batch = batches.at(points[i].routing);
    return std::tuple(-batch.seconds, batch.first, -points[i].seconds, i);
  };
  std::sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return chosen;
}

std::vector<std::size_t> shard_of(const std::vector<PlannedPoint>& points, int index, int count) {
  std::vector<std::size_t> all(points.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (count == 1) return all;
  const std::vector<std::size_t> order = running_order(points, all);
  constexpr std::size_t pieces_per_shard = 4;
  const std::size_t most = 1 + order.size() / (pieces_per_shard * static_cast<std::size_t>(count));
  using Load = std::pair<double, int>;  // seconds, shard
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (int number = 1; number <= count; ++number) loads.emplace(0, number);
  std::vector<std::size_t> shard;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    auto [seconds, number] = loads.top();
    loads.pop();
    const Identity& routing = points[order[begin]].routing;
    for (; end < order.size() && end - begin < most && points[order[end]].routing == routing; ++end) {
      seconds += points[order[end]].seconds;
      if (number == index) shard.push_back(order[end]);
    }
    loads.emplace(seconds, number);
  }
  if (index == 1)  // points without a scenario cost nothing
    for (const std::size_t i : all)
      if (!points[i].error.empty()) shard.push_back(i);
  std::sort(shard.begin(), shard.end());
  return shard;
}

}  // namespace epsim
