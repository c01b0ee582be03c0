#include "analysis/exports/estimate_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/exports/text_table.hpp"
#include "analysis/version.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

/// The bound of direct traffic is its one exchange's.
Seconds layer_bound(const Scenario& scenario, const LowerBounds& bounds) {
  return scenario.direct_traffic ? bounds.dispatch : bounds.layer;
}

}  // namespace

std::string estimate_table(const Scenario& scenario, const LayerEstimate& estimate) {
  std::vector<Row> rows;
  for (const PatternEstimate& one : estimate.patterns)
    rows.push_back({std::string(name_of(one.pattern)), format_duration(one.dispatch),
                    format_duration(one.expert), format_duration(one.combine), format_duration(one.layer),
                    thousands(one.messages)});
  const LowerBounds& bounds = estimate.bounds;
  rows.push_back({"lower bound", format_duration(bounds.dispatch), format_duration(bounds.expert),
                  format_duration(bounds.combine), format_duration(layer_bound(scenario, bounds)), ""});
  const std::string table =
      layout({{"pattern", true}, {"dispatch"}, {"expert"}, {"combine"}, {"layer"}, {"messages"}}, rows);
  return scenario.name + "\n\n" + table + '\n' +
         wrapped(fmt::format(
             "Closed forms, nothing was simulated; phases are alone, as between barriers. Over the shipped "
             "scenarios the layer is {:.2f} to {:.2f} times the simulated one (farthest: a torus, ring both "
             "ways, "
             "point_to_point per expert).",
             estimate_range.low, estimate_range.high)) +
         '\n';
}

nlohmann::ordered_json estimate_json(const Scenario& scenario, const LayerEstimate& estimate,
                                     const nlohmann::ordered_json& resolved_scenario) {
  nlohmann::ordered_json patterns = nlohmann::ordered_json::array();
  for (const PatternEstimate& one : estimate.patterns)
    patterns.push_back({{"pattern", name_of(one.pattern)},
                        {"dispatch_seconds", one.dispatch},
                        {"expert_seconds", one.expert},
                        {"combine_seconds", one.combine},
                        {"layer_seconds", one.layer},
                        {"messages", one.messages}});
  const LowerBounds& bounds = estimate.bounds;
  return {{"scenario", scenario.name},
          {"resolved_scenario", resolved_scenario},
          {"version", version()},
          {"estimated_over_simulated", {{"low", estimate_range.low}, {"high", estimate_range.high}}},
          {"lower_bound",
           {{"dispatch_seconds", bounds.dispatch},
            {"expert_seconds", bounds.expert},
            {"combine_seconds", bounds.combine},
            {"layer_seconds", layer_bound(scenario, bounds)}}},
          {"patterns", std::move(patterns)}};
}

}  // namespace epsim
