#include "scenarios/validate/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "scenarios/reader/scenario_reader.hpp"

namespace epsim {
namespace {

using nlohmann::json;

ValidationCase make_case(std::string id, json scenario, std::filesystem::path base_folder) {
  std::vector<Problem> problems;
  const json* published = scenario.contains("published") ? &scenario["published"] : nullptr;
  std::vector<PublishedPoint> points = read_published(published, problems);
  if (!problems.empty()) throw Error(Error::Kind::input, problems);
  return {std::move(id), std::move(scenario), std::move(base_folder), std::move(points)};
}

Scenario scenario_at(const ValidationCase& one, const PublishedPoint& point) {
  return parse_scenario(at_size(one.scenario, point), one.base_folder, one.id);
}

Comparison comparison_of(const ValidationCase& one, const PublishedPoint& point, std::string phase,
                         Seconds published, Seconds simulated) {
  return {one.id,
          one.family(),
          std::move(phase),
          point.tokens_per_device,
          point.expert_parallel_size,
          point.bytes_per_rank,
          published,
          simulated,
          point.counted};
}

PhaseTimes simulate_with(const Scenario& scenario, std::span<const FittedValue> values) {
  const MeasuredRun run(scenario);
  return run.simulate(with_values(run, values));
}

Seconds mean_layer_over_seeds(const Scenario& scenario, std::span<const FittedValue> values,
                              const ValidationCase& one, const PublishedPoint& point) {
  Seconds sum = 0;
  for (int draw = 0; draw < skew_seeds; ++draw) {
    json document = at_size(one.scenario, point);
    document["workload"]["seed"] = scenario.workload.seed + static_cast<std::uint64_t>(draw);
    sum += simulate_with(parse_scenario(document, one.base_folder, one.id), values).layer;
  }
  return sum / skew_seeds;
}

/// A skewed layer, and the balanced one where that was measured too. Layers of fused kernels are not those of
/// a transport that was fitted to exchanges alone, so they are shown; what is held against the measurement is
/// the ratio.
void compare_layers(const ValidationCase& one, const PublishedPoint& point,
                    std::span<const FittedValue> values, std::vector<Comparison>& comparisons) {
  const Scenario scenario = scenario_at(one, point);
  if (!point.balanced_layer) {
    comparisons.push_back(
        comparison_of(one, point, "layer", *point.layer, simulate_with(scenario, values).layer));
    return;
  }
  json document = at_size(one.scenario, point);
  document["expert_parallel"]["load_balancing"] = "round_robin";
  const Seconds balanced = simulate_with(parse_scenario(document, one.base_folder, one.id), values).layer;
  Comparison skewed =
      comparison_of(one, point, "layer", *point.layer, mean_layer_over_seeds(scenario, values, one, point));
  skewed.published_ratio = *point.layer / *point.balanced_layer;
  skewed.simulated_ratio = skewed.simulated / balanced;
  Comparison even = comparison_of(one, point, "balanced_layer", *point.balanced_layer, balanced);
  skewed.counted = even.counted = false;
  comparisons.push_back(std::move(skewed));
  comparisons.push_back(std::move(even));
}

/// Values that the transport states and that a fit may change.
std::vector<FreeValue> free_values(const std::vector<MeasuredRun>& runs, const json& described) {
  std::vector<FreeValue> free;
  std::vector<std::string> devices;
  for (const MeasuredRun& run : runs) {
    const std::string& name = run.scenario().platform.device.name;
    if (std::ranges::count(devices, name) == 0) devices.push_back(name);
  }
  for (const TransportValue& value : transport_values()) {
    const std::string key(value.key);
    const bool is_stated = described.contains(key) && value.get(runs.front().transport()).value_or(0) > 0;
    const bool is_fitted = value.unit == TransportValue::Unit::share ||
                           value.unit == TransportValue::Unit::bytes ||
                           (value.unit == TransportValue::Unit::duration && key != "message_overhead");
    if (!is_stated || !is_fitted) continue;
    if (described[key].is_object() && value.phase.empty())
      for (const std::string& device : devices) free.push_back({&value, device});
    else
      free.push_back({&value, ""});
  }
  return free;
}

/// The description of a preset, or what a file or object says.
json description_of(const ValidationCase& one) {
  const json& transport = one.scenario.at("transport");
  const std::string name =
      transport.is_string() ? transport.get<std::string>() : transport.value("preset", std::string("ideal"));
  if (transport.is_object() && transport.size() > 1) return transport;
  for (const EmbeddedFile& file : embedded_transports())
    if (file.name == name) return parse_json(file.text, name);
  return load_json_object(one.base_folder / name);
}

void add(ErrorSummary& summary, const Comparison& one) {
  const double error = std::abs(one.error());
  summary.mean = (summary.mean * summary.times + error) / (summary.times + 1);
  ++summary.times;
  summary.largest = std::max(summary.largest, error);
}

template <class NameOf>
std::vector<ErrorSummary> grouped(std::span<const Comparison> comparisons, const NameOf& name_of_group) {
  std::vector<ErrorSummary> groups;
  for (const Comparison& one : comparisons) {
    if (!one.counted) continue;
    const std::string& name = name_of_group(one);
    auto group = std::ranges::find(groups, name, &ErrorSummary::name);
    if (group == groups.end()) group = groups.insert(groups.end(), {name});
    add(*group, one);
  }
  return groups;
}

}  // namespace

std::string ValidationCase::family() const {
  const auto transport = scenario.find("transport");
  if (transport == scenario.end()) return "ideal";
  if (transport->is_string()) return transport->get<std::string>();
  return transport->value("preset", std::string("own"));
}

std::vector<ValidationCase> built_in_cases() {
  std::vector<ValidationCase> cases;
  for (const EmbeddedFile& file : embedded_validation())
    cases.push_back(make_case(std::string(file.name), parse_json_object(file.text, file.name), "."));
  return cases;
}

ValidationCase find_case(const std::string& name) {
  if (name.ends_with(".json")) {
    const std::filesystem::path path = name;
    json scenario = load_json_object(path);
    if (!scenario.contains("published"))
      throw input_error(
          name, "has no \"published\" times to compare with",
          "add for example \"published\": [{\"tokens_per_device\": 128, \"dispatch\": \"77us\"}]");
    return make_case(path.stem().string(), std::move(scenario), path.parent_path());
  }
  std::vector<ValidationCase> cases = built_in_cases();
  const auto found = std::ranges::find(cases, name, &ValidationCase::id);
  if (found != cases.end()) return std::move(*found);
  std::vector<std::string_view> names;
  for (const ValidationCase& one : cases) names.push_back(one.id);
  throw input_error("", in_quotes(name) + " is not a case that was published",
                    suggestion(name, names) + "; a file's name ends in .json");
}

std::optional<double> Comparison::ratio_error() const {
  if (!published_ratio || !simulated_ratio) return std::nullopt;
  return *simulated_ratio / *published_ratio - 1;
}

std::vector<Comparison> compare_with_published(const ValidationCase& one, std::span<const FittedValue> values,
                                               const std::function<void()>& told) {
  std::vector<Comparison> comparisons;
  for (const PublishedPoint& point : one.points) {
    if (told) told();
    if (point.dispatch || point.combine) {
      const PhaseTimes times = simulate_with(scenario_at(one, point), values);
      if (point.dispatch)
        comparisons.push_back(comparison_of(one, point, "dispatch", *point.dispatch, times.dispatch));
      if (point.combine)
        comparisons.push_back(comparison_of(one, point, "combine", *point.combine, times.combine));
    }
    if (point.layer) compare_layers(one, point, values, comparisons);
  }
  return comparisons;
}

TransportFit fit_family(std::span<const ValidationCase> cases, const std::function<void()>& told) {
  std::vector<MeasuredRun> runs;
  std::vector<Measurement> measurements;
  for (const ValidationCase& one : cases)
    for (const PublishedPoint& point : one.points) {
      if (!point.counted || (!point.dispatch && !point.combine)) continue;
      if (point.dispatch) measurements.push_back({runs.size(), Phase::dispatch, *point.dispatch});
      if (point.combine) measurements.push_back({runs.size(), Phase::combine, *point.combine});
      runs.emplace_back(scenario_at(one, point));
    }
  if (runs.empty()) return {};
  return fit_transport(runs, measurements, free_values(runs, description_of(cases.front())), told);
}

std::vector<ErrorSummary> errors_of_cases(std::span<const Comparison> comparisons) {
  return grouped(comparisons, [](const Comparison& one) -> const std::string& { return one.id; });
}

std::vector<ErrorSummary> errors_of_families(std::span<const Comparison> comparisons) {
  std::vector<ErrorSummary> groups =
      grouped(comparisons, [](const Comparison& one) -> const std::string& { return one.family; });
  ErrorSummary all{"all"};
  for (const Comparison& one : comparisons)
    if (one.counted) add(all, one);
  groups.push_back(std::move(all));
  return groups;
}

}  // namespace epsim
