#include "scenarios/sweep/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <utility>

#include "sim/random.hpp"

namespace epsim {

double t_quantile_975(std::size_t degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(static_cast<double>(degrees_of_freedom)), 0.975);
}

namespace {

using nlohmann::json;

/// What patterns are compared at: (setting, seed).
using Condition = std::pair<json, std::optional<std::int64_t>>;
using Times = std::map<Condition, double>;

struct PointGroup {
  std::vector<json> values;
  std::vector<std::string> patterns;  ///< in order of appearance
  std::map<std::string, Times> times;
};

std::vector<PointGroup> grouped(const std::vector<Sample>& measurements,
                                const std::vector<std::size_t>& columns) {
  std::vector<PointGroup> groups;
  std::map<json, std::size_t> place;
  for (const Sample& one : measurements) {
    std::vector<json> values;
    for (const std::size_t column : columns) values.push_back(one.settings[column]);
    const auto [at, is_new] = place.try_emplace(json(values), groups.size());
    if (is_new) groups.push_back({values, {}, {}});
    PointGroup& group = groups[at->second];
    if (!group.times.contains(one.pattern)) group.patterns.push_back(one.pattern);
    group.times[one.pattern][{json(one.settings), one.seed}] = one.seconds;
  }
  return groups;
}

/// The conditions that all patterns of the group have.
std::set<Condition> common_conditions(const PointGroup& group) {
  std::set<Condition> common;
  for (const auto& [condition, time] : group.times.begin()->second) {
    const bool in_all = std::ranges::all_of(
        group.times, [&, &wanted = condition](const auto& entry) { return entry.second.contains(wanted); });
    if (in_all) common.insert(condition);
  }
  return common;
}

/// The mean over the conditions of each seed, seed by seed.
std::vector<double> by_seed(const Times& times, const std::set<Condition>& common) {
  std::map<std::optional<std::int64_t>, std::pair<double, std::size_t>> sums;
  for (const Condition& condition : common) {
    auto& [sum, count] = sums[condition.second];
    sum += times.at(condition);
    ++count;
  }
  std::vector<double> means;
  for (const auto& [seed, sum] : sums) means.push_back(sum.first / static_cast<double>(sum.second));
  return means;
}

Mean mean_of(const std::vector<double>& samples, std::size_t points) {
  const auto count = static_cast<double>(samples.size());
  Mean mean;
  mean.seconds = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
  mean.seeds = samples.size();
  mean.points = points;
  if (samples.size() < 2) return mean;
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean.seconds) * (sample - mean.seconds);
  mean.half_width = t_quantile_975(samples.size() - 1) * std::sqrt(squares / (count - 1) / count);
  return mean;
}

GroupMeans means_of(const PointGroup& group, const std::set<Condition>& common) {
  GroupMeans result{group.values, {}, 0, {}, {}};
  std::vector<std::vector<double>> samples;
  for (const std::string& pattern : group.patterns) {
    samples.push_back(by_seed(group.times.at(pattern), common));
    result.patterns.push_back({pattern, mean_of(samples.back(), common.size())});
  }
  std::vector<std::size_t> order(group.patterns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return result.patterns[i].mean.seconds; });
  result.best = order.front();
  if (order.size() < 2) return result;
  result.second = order[1];
  std::vector<double> differences;
  for (std::size_t seed = 0; seed < samples.front().size(); ++seed)
    differences.push_back(samples[order[1]][seed] - samples[order[0]][seed]);
  result.lead = mean_of(differences, common.size());
  return result;
}

/// Mean seconds of the pattern in the group; nothing when it has none.
std::optional<double> seconds_of(const GroupMeans& group, const std::string& pattern) {
  for (const PatternMean& one : group.patterns)
    if (one.pattern == pattern) return one.mean.seconds;
  return std::nullopt;
}

/// Where the times of the two best patterns meet between the two groups.
std::optional<double> meeting_point(const GroupMeans& below, const GroupMeans& above, double low,
                                    double high) {
  const std::string& a = below.patterns[below.best].pattern;
  const std::string& b = above.patterns[above.best].pattern;
  const auto a_low = seconds_of(below, a);
  const auto b_low = seconds_of(below, b);
  const auto a_high = seconds_of(above, a);
  const auto b_high = seconds_of(above, b);
  if (!a_low || !b_low || !a_high || !b_high) return std::nullopt;
  const bool is_positive = low > 0 && std::min({*a_low, *b_low, *a_high, *b_high}) > 0;
  const auto scale = [&](double value) { return is_positive ? portable_log(value) : value; };
  const double gap_below = scale(*b_low) - scale(*a_low);    // at least 0: a is best below
  const double gap_above = scale(*a_high) - scale(*b_high);  // at least 0: b is best above
  const double share = gap_below + gap_above > 0 ? gap_below / (gap_below + gap_above) : 0.5;
  const double at = scale(low) + share * (scale(high) - scale(low));
  return is_positive ? std::exp(at) : at;
}

/// Groups that differ in `column` only, by its value.
using Line = std::vector<std::pair<double, const GroupMeans*>>;

std::vector<std::pair<std::vector<json>, Line>> lines_along(const std::vector<GroupMeans>& groups,
                                                            std::size_t column) {
  std::vector<std::pair<std::vector<json>, Line>> lines;
  std::map<json, std::size_t> place;
  for (const GroupMeans& group : groups) {
    if (!group.values[column].is_number()) return {};
    std::vector<json> others = group.values;
    others[column] = nullptr;
    const auto [at, is_new] = place.try_emplace(json(others), lines.size());
    if (is_new) lines.push_back({others, {}});
    lines[at->second].second.emplace_back(group.values[column].get<double>(), &group);
  }
  for (auto& [others, line] : lines)
    std::ranges::stable_sort(line, {}, [](const auto& entry) { return entry.first; });
  return lines;
}

}  // namespace

std::vector<GroupMeans> group_means(const std::vector<Sample>& measurements,
                                    const std::vector<std::size_t>& columns) {
  std::vector<GroupMeans> result;
  for (const PointGroup& group : grouped(measurements, columns)) {
    const std::set<Condition> common = common_conditions(group);
    if (!common.empty()) result.push_back(means_of(group, common));
  }
  return result;
}

std::vector<Crossover> crossovers(const std::vector<GroupMeans>& groups) {
  std::vector<Crossover> result;
  const std::size_t columns = groups.empty() ? 0 : groups.front().values.size();
  for (std::size_t column = 0; column < columns; ++column)
    for (const auto& [others, line] : lines_along(groups, column))
      for (std::size_t i = 1; i < line.size(); ++i) {
        const auto& [low, below] = line[i - 1];
        const auto& [high, above] = line[i];
        const std::string& best_below = below->patterns[below->best].pattern;
        const std::string& best_above = above->patterns[above->best].pattern;
        if (best_below == best_above) continue;
        result.push_back(
            {column, others, low, high, best_below, best_above, meeting_point(*below, *above, low, high)});
      }
  return result;
}

}  // namespace epsim
