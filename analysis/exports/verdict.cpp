#include "analysis/exports/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/exports/blame_text.hpp"
#include "analysis/exports/options_text.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

std::string time_taken(const ExperimentResult& experiment, const LayerSummary& layer) {
  return format_duration(layer.layer_seconds) +
         (experiment.scenario.direct_traffic ? " per exchange" : " per layer");
}

/// "1.80x faster than ring", measured against the next pattern in speed.
std::string lead(const ExperimentResult& experiment, std::size_t fastest) {
  const std::vector<LayerSummary>& layers = experiment.summaries.back().layers;
  std::size_t next = fastest == 0 ? 1 : 0;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (i != fastest && layers[i].layer_seconds < layers[next].layer_seconds) next = i;
  const std::string_view name = name_of(experiment.patterns[next]);
  const double ratio =
      layers[fastest].layer_seconds > 0 ? layers[next].layer_seconds / layers[fastest].layer_seconds : 1;
  constexpr double visible = 1.005;  // smaller leads would read 1.00x
  return ratio < visible ? fmt::format("level with {}", name)
                         : fmt::format("{:.2f}x faster than {}", ratio, name);
}

/// What its critical path goes on most.
std::string limit(const Blame& blame) {
  const std::string parts = largest_parts(blame, 2);
  return parts.empty() ? "nothing takes time" : "its critical path is " + parts;
}

/// A lone exchange has its own bound, which counts latency too.
Seconds least_seconds(const ExperimentResult& experiment, const LayerSummary& layer) {
  return experiment.scenario.direct_traffic ? layer.phase(Phase::dispatch).lower_bound_seconds
                                            : layer.lower_bound_seconds;
}

}  // namespace

std::size_t fastest_pattern(const ExperimentResult& experiment) {
  const std::vector<LayerSummary>& layers = experiment.summaries.back().layers;
  const auto fastest = std::min_element(layers.begin(), layers.end(), [](const auto& a, const auto& b) {
    return a.layer_seconds < b.layer_seconds;
  });
  return static_cast<std::size_t>(fastest - layers.begin());
}

namespace {

/// Where another pattern than the last step's is fastest over all of them.
std::string over_all_steps(const ExperimentResult& experiment, std::size_t fastest) {
  std::size_t best = fastest;
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p)
    if (total_seconds(experiment, p) < total_seconds(experiment, best)) best = p;
  if (best == fastest) return "";
  return fmt::format(" Over all {} steps {} is fastest: {}, {} takes {}.", experiment.steps.size(),
                     name_of(experiment.patterns[best]), format_duration(total_seconds(experiment, best)),
                     name_of(experiment.patterns[fastest]),
                     format_duration(total_seconds(experiment, fastest)));
}

}  // namespace

std::string verdict(const ExperimentResult& experiment) {
  const std::size_t fastest = fastest_pattern(experiment);
  const LayerSummary& layer = experiment.summaries.back().layers[fastest];
  const std::string_view name = name_of(experiment.patterns[fastest]);
  const std::string taken = time_taken(experiment, layer);
  const std::string when = experiment.steps.size() > 1 ? "in the last step " : "";
  const std::string opening =
      experiment.patterns.size() == 1
          ? fmt::format("{}{} takes {}", when, name, taken)
          : fmt::format("{}{} is fastest: {}, {}", when, name, taken, lead(experiment, fastest));
  const std::string untried = untried_options(experiment);
  return fmt::format("{}; {}; no pattern can take less than {}.{}{}", opening,
                     limit(experiment.blames[fastest]), format_duration(least_seconds(experiment, layer)),
                     over_all_steps(experiment, fastest),
                     untried.empty() ? "" : " Not tried: " + untried + ".");
}

}  // namespace epsim
