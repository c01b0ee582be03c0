#include "analysis/exports/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "analysis/exports/blame_text.hpp"
#include "analysis/exports/text_table.hpp"
#include "analysis/exports/validity.hpp"
#include "analysis/exports/verdict.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

std::string cluster_text(const ExperimentResult& experiment) {
  const PlatformSpec& platform = experiment.scenario.platform;
  const Group& group = experiment.cluster.group;
  return fmt::format("{} {} in {} {}{}", group.size(),
                     experiment.scenario.direct_traffic ? "devices" : "x " + platform.device.name,
                     group.node_count(), group.node_count() == 1 ? "node" : "nodes",
                     platform.preset.empty() ? "" : " (" + platform.preset + ")");
}

/// The port bandwidths that were simulated: a preset's may have been overridden.
std::string ports_text(const PlatformSpec& platform) {
  const PlatformFacts fabric = facts_of(platform);
  if (!fabric.has_nodes) return format_bandwidth(fabric.scale_up_bandwidth) + " per port";
  if (fabric.scale_up_bandwidth == 0) return format_bandwidth(fabric.scale_out_bandwidth) + " per port";
  std::string text = format_bandwidth(fabric.scale_up_bandwidth) + " scale-up";
  if (fabric.devices_per_nic > 1 && fabric.nodes > 1)
    return text + fmt::format(" per device, {} scale-out per {} devices",
                              format_bandwidth(fabric.nic_bandwidth), fabric.devices_per_nic);
  if (fabric.nodes > 1) text += ", " + format_bandwidth(fabric.scale_out_bandwidth) + " scale-out";
  return text + " per device";
}

/// How the group lies in the fabric between nodes; empty where there is none.
std::string fabric_text(const PlatformSpec& platform, const Group& group) {
  if (group.node_count() < 2) return "";
  const auto [least, most] = std::ranges::minmax(group.ranks_of_node, {}, &std::vector<Rank>::size);
  std::string text = least.size() == most.size()
                         ? fmt::format("  {} {} per node", most.size(), most.size() == 1 ? "rank" : "ranks")
                         : fmt::format("  {} to {} ranks per node", least.size(), most.size());
  const RankOrder order = platform.ranks.order;
  if (order != RankOrder::balanced)
    text += order == RankOrder::listed ? " as listed" : fmt::format(" ({})", name_of(order));
  const PlatformFacts fabric = facts_of(platform);
  if (fabric.nodes_per_unit > 0) text += fmt::format(", units of {} nodes", fabric.nodes_per_unit);
  if (fabric.oversubscription > 0) text += fmt::format(", oversubscription {:.4g}", fabric.oversubscription);
  return text + '\n';
}

std::string tokens_text(const std::vector<std::int64_t>& tokens) {
  const auto [least, most] = std::minmax_element(tokens.begin(), tokens.end());
  if (*least == *most) return thousands(*most) + " tokens per device";
  return fmt::format("{} to {} tokens per device", thousands(*least), thousands(*most));
}

std::string model_text(const Scenario& scenario, const Traffic& traffic) {
  const ExpertParallel& experts = scenario.expert_parallel;
  return fmt::format("{}{} experts, top-{}, {}, {} + {}",
                     scenario.model.name.empty() ? "" : scenario.model.name + ": ", experts.num_experts,
                     experts.top_k, tokens_text(traffic.home_tokens), name_of(experts.routing_strategy),
                     name_of(experts.load_balancing));
}

/// Which recording the routing is from; empty without one.
std::string trace_text(const Trace& trace) {
  if (trace.file.empty()) return "";
  return fmt::format("  {} of layer {} in {}\n",
                     trace.has_tokens() ? "tokens as recorded" : "expert loads as recorded",
                     trace.layer.value_or(0), trace.file);
}

std::string load_text(const LoadSummary& load) {
  std::string text = fmt::format("imbalance (max / mean): devices {:.2f}, experts {:.2f}", load.max_over_mean,
                                 load.expert_max_over_mean);
  if (load.dropped_selections > 0)
    text += fmt::format("; {} selections dropped", thousands(load.dropped_selections));
  if (load.uncovered_tokens > 0)
    text += fmt::format("; {} tokens without an expert", thousands(load.uncovered_tokens));
  return text;
}

/// "engine fluid, ring within 0.2 % of exact times"
std::string engine_text(const ExperimentResult& experiment) {
  std::string text = fmt::format("engine {}", name_of(experiment.simulations.front().engine));
  std::string inexact;
  double allowance = 0;
  for (const Simulation& simulation : experiment.simulations) {
    if (simulation.allowance == 0) continue;
    allowance = simulation.allowance;
    inexact += fmt::format("{}{}", inexact.empty() ? "" : ", ", name_of(simulation.pattern));
  }
  if (inexact.empty()) return text + ", exact";
  return text + fmt::format(", {} within {:.3g} % of exact times", inexact, 100 * allowance);
}

std::string heading(const ExperimentResult& experiment) {
  const Scenario& scenario = experiment.scenario;
  const StepSummary& last = experiment.summaries.back();
  std::string text = scenario.name + '\n';
  if (last.load)
    text += "  " + model_text(scenario, experiment.last_step.traffic) + '\n' +
            trace_text(scenario.workload.trace);
  text += fmt::format("  {}, {}\n", cluster_text(experiment), ports_text(scenario.platform));
  text += fabric_text(scenario.platform, experiment.cluster.group);
  text += "  " + engine_text(experiment) + '\n';
  if (last.load) text += "  " + load_text(*last.load) + '\n';
  const Seconds gate = last.layers.front().phase(Phase::gate).seconds;
  if (gate > 0)
    text += fmt::format("  gate {} on the busiest device, part of every layer time\n", format_duration(gate));
  const std::size_t steps = experiment.steps.size();
  const int simulated = simulated_steps(experiment);
  if (steps > 1) text += fmt::format("  the last of {} steps", steps);
  if (static_cast<std::size_t>(simulated) < steps)
    text +=
        fmt::format(", {} of them simulated: in totals the others count as the last before them", simulated);
  if (steps > 1) text += '\n';
  return text;
}

std::vector<Column> columns_of(bool has_layer) {
  std::vector<Column> columns = {{"pattern", true}};
  if (has_layer) columns.insert(columns.end(), {{"dispatch"}, {"expert"}, {"combine"}});
  columns.insert(columns.end(),
                 {{has_layer ? "layer" : "time"}, {"vs best"}, {"% of ideal"}, {"scale-up"}, {"scale-out"}});
  return columns;
}

Row pattern_row(const ExperimentResult& experiment, std::size_t pattern, bool has_layer, Seconds best) {
  const LayerSummary& layer = experiment.summaries.back().layers[pattern];
  Row row = {std::string(name_of(experiment.patterns[pattern]))};
  if (has_layer)
    for (const Phase phase : {Phase::dispatch, Phase::expert, Phase::combine})
      row.push_back(format_duration(layer.phase(phase).seconds));
  Bytes scale_up = 0;
  Bytes scale_out = 0;
  for (const PhaseSummary& phase : layer.phases) {
    scale_up += phase.scale_up_bytes;
    scale_out += phase.scale_out_bytes;
  }
  row.insert(row.end(),
             {format_duration(layer.layer_seconds),
              best > 0 ? fmt::format("{:.2f}x", layer.layer_seconds / best) : "1.00x",
              fmt::format("{:.1f} %", 100 * layer.communication_efficiency),
              format_bytes(static_cast<double>(scale_up)), format_bytes(static_cast<double>(scale_out))});
  return row;
}

/// The bounds are the same for every pattern.
Row bound_row(const LayerSummary& layer, bool has_layer) {
  Row row = {"lower bound"};
  if (has_layer)
    for (const Phase phase : {Phase::dispatch, Phase::expert, Phase::combine})
      row.push_back(format_duration(layer.phase(phase).lower_bound_seconds));
  row.push_back(format_duration(layer.lower_bound_seconds));
  row.insert(row.end(), 4, "");
  return row;
}

/// At most a dozen steps, evenly spread, the first and the last among them.
std::vector<std::size_t> shown_steps(std::size_t count) {
  constexpr std::size_t most = 12;
  if (count <= most) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < most; ++i) shown.push_back(i * (count - 1) / (most - 1));
  return shown;
}

Row step_row(const ExperimentResult& experiment, std::size_t number) {
  const StepSummary& step = experiment.summaries[number];
  Row row = {std::to_string(number)};
  if (step.load)
    row.insert(row.end(),
               {fmt::format("{:.2f}", step.load->max_over_mean),
                fmt::format("{:.2f}", step.load->coefficient_of_variation),
                fmt::format("{:.2f}", step.load->expert_max_over_mean),
                step.load->auxiliary_loss ? fmt::format("{:.5f}", *step.load->auxiliary_loss) : "-",
                thousands(step.load->dropped_selections)});
  for (std::size_t i = 0; i < experiment.patterns.size(); ++i)
    row.push_back(step.layers.empty() ? "-" : format_duration(step.layers[i].layer_seconds));
  return row;
}

/// How loads and layer times went from step to step; "-": not simulated.
std::string steps_table(const ExperimentResult& experiment) {
  if (experiment.steps.size() == 1) return "";
  std::vector<Column> columns = {{"step"}};
  if (experiment.summaries.back().load)
    columns.insert(columns.end(),
                   {{"devices max/mean"}, {"CV"}, {"experts max/mean"}, {"aux. loss"}, {"dropped"}});
  for (const PatternKind kind : experiment.patterns) columns.push_back({std::string(name_of(kind))});
  std::vector<Row> rows;
  for (const std::size_t number : shown_steps(experiment.steps.size()))
    rows.push_back(step_row(experiment, number));
  return '\n' + layout(columns, rows);
}

/// What moved before which step, what it took and when it has paid for itself.
std::string rebalancing_text(const ExperimentResult& experiment) {
  std::string text;
  for (std::size_t step = 0; step < experiment.steps.size(); ++step) {
    const std::optional<Rebalancing>& one = experiment.steps[step].rebalancing;
    if (!one) continue;
    std::string line =
        fmt::format("before step {}: {} experts moved, {} in {}; ", step, one->moved_experts,
                    format_bytes(static_cast<double>(one->bytes)), format_duration(one->seconds));
    for (std::size_t p = 0; p < experiment.patterns.size(); ++p) {
      const std::optional<int>& paid = one->paid_for_after[p];
      const std::string when = paid ? fmt::format("paid for after {} step{}", *paid, *paid == 1 ? "" : "s")
                               : one->is_too_early_to_tell(p) ? "too early to tell"
                                                              : "not paid for";
      line += fmt::format("{}{} ({})", p > 0 ? ", " : "", when, name_of(experiment.patterns[p]));
    }
    text += wrapped(std::move(line)) + '\n';
  }
  return text.empty() ? "" : '\n' + text;
}

/// Where experts move: what the whole run takes, with the moves, and what it takes where they stay.
std::string totals_table(const ExperimentResult& experiment) {
  if (!static_total_seconds(experiment, 0)) return "";
  std::vector<Row> rows;
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p) {
    const Seconds moving = total_seconds(experiment, p);
    const Seconds still = *static_total_seconds(experiment, p);
    rows.push_back({std::string(name_of(experiment.patterns[p])), format_duration(moving),
                    format_duration(still), fmt::format("{:+.1f} %", 100 * (moving / still - 1))});
  }
  const ExpertParallel& experts = experiment.scenario.expert_parallel;
  const bool has_replicas = experts.num_experts % experts.expert_parallel_size != 0;  // devices hold alike
  return fmt::format("\nall {} steps\n", experiment.steps.size()) +
         layout({{"pattern", true},
                 {"experts move"},
                 {has_replicas ? "static" : "static, no replicas"},
                 {"difference"}},
                rows);
}

}  // namespace

std::string comparison_table(const ExperimentResult& experiment) {
  const std::vector<LayerSummary>& layers = experiment.summaries.back().layers;
  const bool has_layer = !experiment.scenario.direct_traffic;
  const Seconds best = layers[fastest_pattern(experiment)].layer_seconds;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < layers.size(); ++i) rows.push_back(pattern_row(experiment, i, has_layer, best));
  const std::string outside = validity(experiment);
  rows.push_back(bound_row(layers.front(), has_layer));
  return heading(experiment) + '\n' + layout(columns_of(has_layer), rows) + '\n' +
         critical_paths_table(experiment) + steps_table(experiment) + rebalancing_text(experiment) +
         totals_table(experiment) + '\n' + wrapped(verdict(experiment)) + '\n' +
         (outside.empty() ? "" : wrapped(outside) + '\n');
}

}  // namespace epsim
