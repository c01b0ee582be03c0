#include "scenarios/sweep/point_result.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using Experiment = ExperimentResult;

const LayerSummary& layer(const Experiment& experiment, std::size_t pattern) {
  return experiment.summaries.back().layers[pattern];
}

/// A figure of the load; nothing for direct traffic.
template <class Get>
Cell load(const Experiment& experiment, Get get) {
  const std::optional<LoadSummary>& summary = experiment.summaries.back().load;
  return summary ? Cell(get(*summary)) : Cell();
}

template <Phase phase>
Cell seconds(const Experiment& e, std::size_t p) {
  return layer(e, p).phase(phase).seconds;
}

template <Phase phase>
Cell bound_seconds(const Experiment& e, std::size_t p) {
  return layer(e, p).phase(phase).lower_bound_seconds;
}

template <Phase phase>
Cell scale_up_bytes(const Experiment& e, std::size_t p) {
  return layer(e, p).phase(phase).scale_up_bytes;
}

template <Phase phase>
Cell scale_out_bytes(const Experiment& e, std::size_t p) {
  return layer(e, p).phase(phase).scale_out_bytes;
}

template <Phase phase>
Cell messages(const Experiment& e, std::size_t p) {
  return layer(e, p).phase(phase).messages;
}

Cell layer_seconds(const Experiment& e, std::size_t p) {
  return layer(e, p).layer_seconds;
}

Cell all_steps_seconds(const Experiment& e, std::size_t p) {
  return total_seconds(e, p);
}

Cell all_steps_static_seconds(const Experiment& e, std::size_t p) {
  const std::optional<Seconds> seconds = static_total_seconds(e, p);
  return seconds ? Cell(*seconds) : Cell();
}

Cell all_simulated_steps(const Experiment& e, std::size_t) {
  return std::int64_t{simulated_steps(e)};
}

Cell lower_bound_seconds(const Experiment& e, std::size_t p) {
  return layer(e, p).lower_bound_seconds;
}

Cell exposed_communication_seconds(const Experiment& e, std::size_t p) {
  return layer(e, p).exposed_communication_seconds;
}

Cell communication_efficiency(const Experiment& e, std::size_t p) {
  return layer(e, p).communication_efficiency;
}

Cell busiest_link(const Experiment& e, std::size_t p) {
  const auto& use = layer(e, p).busiest_link;
  return use ? Cell(std::string(e.cluster.topology.link_name(use->link))) : Cell();
}

Cell busiest_link_class(const Experiment& e, std::size_t p) {
  const auto& use = layer(e, p).busiest_link;
  return use ? Cell(std::string(name_of(e.cluster.topology.link(use->link).link_class))) : Cell();
}

Cell busiest_link_utilization(const Experiment& e, std::size_t p) {
  const auto& use = layer(e, p).busiest_link;
  return use ? Cell(use->utilization) : Cell();
}

Cell device_max_over_mean(const Experiment& e, std::size_t) {
  return load(e, [](const LoadSummary& summary) { return summary.max_over_mean; });
}

Cell device_variation(const Experiment& e, std::size_t) {
  return load(e, [](const LoadSummary& summary) { return summary.coefficient_of_variation; });
}

Cell expert_max_over_mean(const Experiment& e, std::size_t) {
  return load(e, [](const LoadSummary& summary) { return summary.expert_max_over_mean; });
}

Cell expert_variation(const Experiment& e, std::size_t) {
  return load(e, [](const LoadSummary& summary) { return summary.expert_coefficient_of_variation; });
}

Cell dropped_selections(const Experiment& e, std::size_t) {
  return load(e, [](const LoadSummary& summary) { return summary.dropped_selections; });
}

Cell uncovered_tokens(const Experiment& e, std::size_t) {
  return load(e, [](const LoadSummary& summary) { return summary.uncovered_tokens; });
}

Cell auxiliary_loss(const Experiment& e, std::size_t) {
  const std::optional<LoadSummary>& summary = e.summaries.back().load;
  return summary && summary->auxiliary_loss ? Cell(*summary->auxiliary_loss) : Cell();
}

constexpr std::array columns = {
    ResultColumn{"layer_seconds", "REAL", layer_seconds},
    ResultColumn{"total_seconds", "REAL", all_steps_seconds},
    ResultColumn{"static_total_seconds", "REAL", all_steps_static_seconds},
    ResultColumn{"simulated_steps", "INTEGER", all_simulated_steps},
    ResultColumn{"gate_seconds", "REAL", seconds<Phase::gate>},
    ResultColumn{"dispatch_seconds", "REAL", seconds<Phase::dispatch>},
    ResultColumn{"expert_seconds", "REAL", seconds<Phase::expert>},
    ResultColumn{"combine_seconds", "REAL", seconds<Phase::combine>},
    ResultColumn{"exposed_communication_seconds", "REAL", exposed_communication_seconds},
    ResultColumn{"lower_bound_seconds", "REAL", lower_bound_seconds},
    ResultColumn{"dispatch_lower_bound_seconds", "REAL", bound_seconds<Phase::dispatch>},
    ResultColumn{"combine_lower_bound_seconds", "REAL", bound_seconds<Phase::combine>},
    ResultColumn{"communication_efficiency", "REAL", communication_efficiency},
    ResultColumn{"dispatch_scale_up_bytes", "INTEGER", scale_up_bytes<Phase::dispatch>},
    ResultColumn{"dispatch_scale_out_bytes", "INTEGER", scale_out_bytes<Phase::dispatch>},
    ResultColumn{"dispatch_messages", "INTEGER", messages<Phase::dispatch>},
    ResultColumn{"combine_scale_up_bytes", "INTEGER", scale_up_bytes<Phase::combine>},
    ResultColumn{"combine_scale_out_bytes", "INTEGER", scale_out_bytes<Phase::combine>},
    ResultColumn{"combine_messages", "INTEGER", messages<Phase::combine>},
    ResultColumn{"busiest_link", "TEXT", busiest_link},
    ResultColumn{"busiest_link_class", "TEXT", busiest_link_class},
    ResultColumn{"busiest_link_utilization", "REAL", busiest_link_utilization},
    ResultColumn{"device_load_max_over_mean", "REAL", device_max_over_mean},
    ResultColumn{"device_load_coefficient_of_variation", "REAL", device_variation},
    ResultColumn{"expert_load_max_over_mean", "REAL", expert_max_over_mean},
    ResultColumn{"expert_load_coefficient_of_variation", "REAL", expert_variation},
    ResultColumn{"dropped_selections", "INTEGER", dropped_selections},
    ResultColumn{"uncovered_tokens", "INTEGER", uncovered_tokens},
    ResultColumn{"auxiliary_loss", "REAL", auxiliary_loss},
};

}  // namespace

std::span<const ResultColumn> result_columns() {
  return columns;
}

nlohmann::json json_of(const Cell& cell) {
  return std::visit(
      [](const auto& value) -> nlohmann::json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
          return nullptr;
        else
          return value;
      },
      cell);
}

bool counts_all_steps(const nlohmann::json& resolved_scenario) {
  const auto value = [&](const char* pointer) {
    return resolved_scenario.value(nlohmann::json::json_pointer(pointer), nlohmann::json());
  };
  return value("/expert_parallel/load_balancing") == "dynamic" || !value("/workload/trace").is_null();
}

PointResult result_of(const ExperimentResult& experiment) {
  PointResult result;
  result.scenario = resolved_json(experiment.scenario).dump();
  for (std::size_t pattern = 0; pattern < experiment.patterns.size(); ++pattern) {
    PatternResult& row = result.patterns.emplace_back();
    row.pattern = name_of(experiment.patterns[pattern]);
    for (const ResultColumn& column : columns) row.cells.push_back(column.value(experiment, pattern));
  }
  return result;
}

}  // namespace epsim
