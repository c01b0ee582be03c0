#include "analysis/exports/result_json.hpp"

#include <nlohmann/json.hpp>

#include "analysis/blame/wait_map.hpp"
#include "analysis/exports/link_name.hpp"
#include "analysis/exports/validity.hpp"
#include "analysis/exports/verdict.hpp"
#include "analysis/rates.hpp"
#include "analysis/version.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json phases_json(const LayerSummary& layer) {
  Json phases = Json::object();
  for (const Phase p : {Phase::gate, Phase::dispatch, Phase::expert, Phase::combine}) {
    const PhaseSummary& phase = layer.phase(p);
    phases[std::string(name_of(p))] = {{"seconds", phase.seconds},
                                       {"bytes", phase.bytes},
                                       {"scale_up_bytes", phase.scale_up_bytes},
                                       {"scale_out_bytes", phase.scale_out_bytes},
                                       {"messages", phase.messages},
                                       {"lower_bound_seconds", phase.lower_bound_seconds}};
  }
  return phases;
}

/// Of the last step, whose traffic is known.
Json rates_json(const Traffic& traffic, Phase phase, Seconds seconds) {
  const PhaseRates rates = phase_rates(traffic, phase, seconds);
  return {{"algbw", rates.algbw},
          {"busbw", rates.busbw},
          {"deepep_rdma", or_null(rates.deepep_rdma)},
          {"deepep_nvlink", or_null(rates.deepep_nvlink)},
          {"deepep_low_latency", or_null(rates.deepep_low_latency)},
          {"tokens_per_second_per_device", or_null(rates.tokens_per_second)}};
}

/// With the rates that people quote of an exchange.
Json last_phases_json(const ExperimentResult& experiment, const LayerSummary& layer) {
  Json phases = phases_json(layer);
  const Traffic& traffic = experiment.last_step.traffic;
  for (const Phase p : {Phase::dispatch, Phase::combine}) {
    Json& phase = phases[std::string(name_of(p))];
    const Seconds seconds = layer.phase(p).seconds;
    phase["logical_bytes"] = seconds > 0 ? phase_rates(traffic, p, seconds).logical_bytes : 0;
    phase["rates"] = rates_json(traffic, p, seconds);
  }
  return phases;
}

Json load_json(const std::optional<LoadSummary>& load) {
  if (!load) return nullptr;
  return {{"expert_loads", load->expert_loads},
          {"device_loads", load->device_loads},
          {"max_over_mean", load->max_over_mean},
          {"excess_over_mean", load->max_over_mean - 1},
          {"coefficient_of_variation", load->coefficient_of_variation},
          {"expert_max_over_mean", load->expert_max_over_mean},
          {"expert_excess_over_mean", load->expert_max_over_mean - 1},
          {"expert_coefficient_of_variation", load->expert_coefficient_of_variation},
          {"dropped_selections", load->dropped_selections},
          {"uncovered_tokens", load->uncovered_tokens},
          {"auxiliary_loss", or_null(load->auxiliary_loss)},
          {"capacity", or_null(load->capacity)},
          {"selections", load->selections},
          {"expert_selections", load->expert_selections},
          {"source_selections", load->source_selections},
          {"source_dropped", load->source_dropped}};
}

Json busiest_link_json(const Topology& topology, const std::optional<LinkUse>& use) {
  if (!use) return nullptr;
  return {{"name", topology.link_name(use->link)},
          {"class", name_of(topology.link(use->link).link_class)},
          {"utilization", use->utilization}};
}

/// Of what a transport's SMs move.
Json busiest_cap_json(const std::optional<CapUse>& use) {
  if (!use) return nullptr;
  return {{"device", use->device},
          {"direction", use->is_sending ? "sending" : "receiving"},
          {"utilization", use->utilization}};
}

/// Per cause its seconds; causes without any are left out of `by_phase` alone.
Json causes_json(const SecondsByCause& seconds, bool zeros_too) {
  Json causes = Json::object();
  for (std::size_t cause = 0; cause < cause_count; ++cause)
    if (zeros_too || seconds[cause] != 0)
      causes[std::string(name_of(static_cast<Cause>(cause)))] = seconds[cause];
  return causes;
}

/// The longest, or all of them beside runs that were asked why.
Json waits_json(const ExperimentResult& experiment, std::size_t pattern) {
  constexpr std::size_t most = 10;
  std::vector<Wait> waits = wait_map(experiment.simulations[pattern]);
  if (experiment.what_ifs.empty()) waits = longest_waits(std::move(waits), most);
  Json list = Json::array();
  for (const Wait& wait : waits)
    list.push_back({{"phase", name_of(wait.phase)},
                    {"source", wait.source},
                    {"destination", wait.destination},
                    {"bytes", wait.bytes},
                    {"messages", wait.messages},
                    {"waited_seconds", wait.waited},
                    {"late_seconds", wait.late},
                    {"queued_seconds", wait.queued},
                    {"moving_seconds", wait.moving},
                    {"alone_seconds", wait.alone}});
  return list;
}

/// Null where it was not asked for.
Json what_if_json(const ExperimentResult& experiment, std::size_t pattern) {
  if (experiment.what_ifs.empty()) return nullptr;
  Json answers = Json::array();
  for (const WhatIf& one : experiment.what_ifs[pattern])
    answers.push_back({{"without", name_of(one.resource)}, {"layer_seconds", one.layer_seconds}});
  return answers;
}

/// The critical path of the last step's layer.
Json blame_json(const ExperimentResult& experiment, std::size_t pattern) {
  const Topology& topology = experiment.cluster.topology;
  const Blame& blame = experiment.blames[pattern];
  constexpr std::size_t most_links = 10;
  Json phases = Json::object();
  for (const Phase p : {Phase::gate, Phase::dispatch, Phase::expert, Phase::combine})
    phases[std::string(name_of(p))] = causes_json(blame.by_phase[at(p)], false);
  Json links = Json::array();
  for (const LinkBlame& link : blame.links) {
    if (links.size() == most_links) break;
    links.push_back({{"name", route_link_name(topology, link.link)}, {"seconds", link.seconds}});
  }
  return {{"operations", blame.path.size()},
          {"seconds", causes_json(blame.seconds, true)},
          {"phases", std::move(phases)},
          {"shared_links", std::move(links)},
          {"what_if", what_if_json(experiment, pattern)}};
}

/// Null where the transport was never held against measurements.
Json validation_json(const ExperimentResult& experiment, std::size_t pattern) {
  const auto& range = experiment.scenario.transport_of(experiment.patterns[pattern]).validated;
  if (!range) return nullptr;
  Json error = nullptr;
  if (range->error)
    error = {
        {"times", range->error->times}, {"mean", range->error->mean}, {"largest", range->error->largest}};
  return {{"pattern", range->pattern},
          {"on", range->device_names},
          {"least_devices", range->least_devices},
          {"most_devices", range->most_devices},
          {"least_bytes_per_device", range->least_bytes},
          {"most_bytes_per_device", range->most_bytes},
          {"error", std::move(error)},
          {"covers_this_run", is_validated(experiment, pattern)}};
}

/// Experts on ranks, ranks on devices.
Json placement_json(const ExperimentResult& experiment) {
  const Group& group = experiment.cluster.group;
  Json nodes = Json::array();
  for (const DeviceId device : group.device_of_rank)
    nodes.push_back(experiment.cluster.topology.node_of(device));
  return {{"slots", experiment.last_step.placement.expert_of_slot},
          {"devices", group.device_of_rank},
          {"nodes", std::move(nodes)}};
}

Json rebalancing_json(const std::optional<Rebalancing>& rebalancing, std::size_t pattern) {
  if (!rebalancing) return nullptr;
  return {{"seconds", rebalancing->seconds},
          {"moved_experts", rebalancing->moved_experts},
          {"saved_seconds", rebalancing->saved_seconds[pattern]},
          {"paid_for_after_steps", or_null(rebalancing->paid_for_after[pattern])},
          {"too_early_to_tell", rebalancing->is_too_early_to_tell(pattern)}};
}

Json last_rebalance_step(const ExperimentResult& experiment) {
  for (std::size_t step = experiment.steps.size(); step-- > 0;)
    if (experiment.steps[step].rebalancing) return step;
  return nullptr;
}

Json steps_json(const ExperimentResult& experiment, std::size_t pattern) {
  Json steps = Json::array();
  for (std::size_t number = 0; number < experiment.steps.size(); ++number) {
    const StepSummary& summary = experiment.summaries[number];
    const std::optional<Rebalancing>& rebalancing = experiment.steps[number].rebalancing;
    const bool simulated = !summary.layers.empty();
    steps.push_back(
        {{"step", number},
         {"layer_seconds", simulated ? Json(summary.layers[pattern].layer_seconds) : Json(nullptr)},
         {"phases", simulated ? phases_json(summary.layers[pattern]) : Json(nullptr)},
         {"load", load_json(summary.load)},
         {"rebalance_bytes", rebalancing ? rebalancing->bytes : 0},
         {"rebalance", rebalancing_json(rebalancing, pattern)}});
  }
  return steps;
}

/// Tokens over all steps.
std::int64_t tokens_routed(const ExperimentResult& experiment) {
  std::int64_t sum = 0;
  for (const StepSummary& step : experiment.summaries)
    if (step.load) sum += step.load->tokens;
  return sum;
}

}  // namespace

Json run_json(const ExperimentResult& experiment, std::size_t pattern, const Json& resolved) {
  const StepSummary& last = experiment.summaries.back();
  const LayerSummary& layer = last.layers[pattern];
  const Simulation& simulation = experiment.simulations[pattern];
  const double variance = last.load ? last.load->expert_load_variance : 0;
  return {{"scenario", experiment.scenario.name},
          {"resolved_scenario", resolved},
          {"version", version()},
          {"pattern", name_of(experiment.patterns[pattern])},
          {"transport", experiment.scenario.transport_of(experiment.patterns[pattern]).name},
          {"validation", validation_json(experiment, pattern)},
          {"engine", name_of(simulation.engine)},
          {"accuracy", simulation.allowance > 0 ? Json(simulation.allowance) : Json("exact")},
          {"resolution_seconds", resolution_of(simulation)},
          {"layer_seconds", layer.layer_seconds},
          {"total_seconds", total_seconds(experiment, pattern)},
          {"static_total_seconds", or_null(static_total_seconds(experiment, pattern))},
          {"simulated_steps", simulated_steps(experiment)},
          {"lower_bound_seconds", layer.lower_bound_seconds},
          {"communication_efficiency", layer.communication_efficiency},
          {"exposed_communication_seconds", layer.exposed_communication_seconds},
          {"phases", last_phases_json(experiment, layer)},
          {"load", load_json(last.load)},
          {"busiest_link", busiest_link_json(experiment.cluster.topology, layer.busiest_link)},
          {"busiest_cap", busiest_cap_json(layer.busiest_cap)},
          {"blame", blame_json(experiment, pattern)},
          {"waits", waits_json(experiment, pattern)},
          {"placement", placement_json(experiment)},
          {"statistics",
           {{"total_tokens_routed", tokens_routed(experiment)},
            {"expert_load_variance", variance},
            {"routing_seconds", layer.phase(Phase::gate).seconds}}},
          {"steps", steps_json(experiment, pattern)},
          {"last_rebalance_step", last_rebalance_step(experiment)},
          {"wall_seconds", experiment.wall_seconds}};
}

Json comparison_json(const ExperimentResult& experiment, const Json& resolved) {
  Json patterns = Json::array();
  for (std::size_t i = 0; i < experiment.patterns.size(); ++i)
    patterns.push_back(run_json(experiment, i, resolved));
  return {{"scenario", experiment.scenario.name},
          {"patterns", std::move(patterns)},
          {"verdict", verdict(experiment)}};
}

}  // namespace epsim
