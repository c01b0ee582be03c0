#include <algorithm>
#include <nlohmann/json.hpp>

#include "platforms/generators/generator.hpp"
#include "scenarios/reader/pattern_options.hpp"
#include "scenarios/reader/popularity_reader.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/reader/transport_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

Json value_json(const Parameter& parameter, const ParameterValue& value) {
  if (const auto* counts = std::get_if<std::vector<int>>(&value)) return *counts;
  const double number = std::get<double>(value);
  if (std::holds_alternative<Parameter::Count>(parameter.type)) return static_cast<int>(number);
  return number;
}

Json graph_json(const GraphDescription& graph) {
  Json devices = Json::array();
  for (const GraphVertex& device : graph.devices)
    devices.push_back({{"name", device.name}, {"node", device.node}});
  Json links = Json::array();
  for (const GraphCable& cable : graph.cables)
    links.push_back(
        {{"from", cable.from}, {"to", cable.to}, {"bandwidth", cable.bandwidth}, {"latency", cable.latency}});
  return {{"devices", std::move(devices)}, {"switches", graph.switches}, {"links", std::move(links)}};
}

Json topology_json(const TopologySpec& spec, bool is_fabric) {
  Json result = {{"topology", spec.generator().name}};
  for (const Parameter& parameter : spec.generator().parameters) {
    const ParameterValue& value = spec[parameter.name];
    if (const auto* graph = std::get_if<GraphDescription>(&value))
      result.update(graph_json(*graph));
    else if (!is_fabric || is_said_of_fabric(parameter))
      result[std::string(parameter.name)] = value_json(parameter, value);
  }
  return result;
}

Json networks_json(const PlatformSpec& platform) {
  if (!platform.node) return topology_json(platform.topology, false);
  return {{"node", topology_json(platform.node->topology, false)},
          {"fabric", topology_json(platform.topology, true)},
          {"nodes", platform.node->nodes},
          {"nics_per_device", platform.node->nics_per_device}};
}

Json platform_json(const PlatformSpec& platform) {
  Json result = Json::object();
  if (!platform.preset.empty()) result["preset"] = platform.preset;
  result.update(networks_json(platform));
  if (platform.ranks.order == RankOrder::listed)
    result["ranks"] = platform.ranks.devices;
  else
    result["ranks"] = name_of(platform.ranks.order);
  const DeviceCompute& device = platform.device;
  Json known = {{"name", device.name}};
  if (device.bf16_flops > 0) known["bf16_flops"] = device.bf16_flops;
  known["fp8_flops"] = device.fp8_flops;
  if (device.memory_bandwidth > 0) known["memory_bandwidth"] = device.memory_bandwidth;
  if (device.memory > 0) known["memory"] = device.memory;
  known["gemm_efficiency"] = device.gemm_efficiency;
  known["memory_efficiency"] = device.memory_efficiency;
  result["device"] = std::move(known);
  return result;
}

Json model_json(const ModelShape& model) {
  Json result = Json::object();
  if (!model.name.empty()) result["preset"] = model.name;
  result["hidden"] = model.hidden;
  result["expert_intermediate"] = model.expert_intermediate;
  return result;
}

Json expert_parallel_json(const ExpertParallel& expert_parallel) {
  return {{"num_experts", expert_parallel.num_experts},
          {"experts_per_device", expert_parallel.experts_per_device},
          {"expert_parallel_size", expert_parallel.expert_parallel_size},
          {"top_k", expert_parallel.top_k},
          {"load_balancing", name_of(expert_parallel.load_balancing)},
          {"routing_strategy", name_of(expert_parallel.routing_strategy)},
          {"capacity_factor", expert_parallel.capacity_factor},
          {"drop_tokens", expert_parallel.drop_tokens},
          {"min_capacity", expert_parallel.min_capacity},
          {"pad_to_capacity", expert_parallel.pad_to_capacity},
          {"bias_update_rate", expert_parallel.bias_update_rate},
          {"redundant_experts", expert_parallel.redundant_experts},
          {"replica_choice", name_of(expert_parallel.replica_choice)},
          {"rebalance_interval", expert_parallel.rebalance_interval},
          {"use_auxiliary_loss", expert_parallel.use_auxiliary_loss},
          {"auxiliary_loss_weight", expert_parallel.auxiliary_loss_weight},
          {"auxiliary_loss_learning_rate", expert_parallel.auxiliary_loss_learning_rate},
          {"communication_pattern", name_of(expert_parallel.communication_pattern)},
          {"gate", name_of(expert_parallel.gate)},
          {"expert_groups", expert_parallel.expert_groups},
          {"kept_groups", expert_parallel.kept_groups},
          {"group_score", name_of(expert_parallel.group_score)}};
}

Json trace_json(const Trace& trace) {
  Json result = {{"file", trace.file}, {"format", trace.format}};
  if (trace.layer) result["layer"] = *trace.layer;
  return result;
}

Json workload_json(const Workload& workload) {
  const std::vector<int>& tokens = workload.tokens_per_device;
  const bool all_equal = std::ranges::adjacent_find(tokens, std::ranges::not_equal_to{}) == tokens.end();
  Json result = {
      {"steps", workload.steps}, {"seed", workload.seed}, {"simulate_every", workload.simulate_every}};
  // What a trace brings is not said twice.
  if (!workload.trace.has_tokens()) {
    result["embedding_dim"] = workload.embedding_dim;
    result["topics"] = {{"count", workload.topics.count},
                        {"concentration", workload.topics.concentration},
                        {"tokens", workload.topics.tokens}};
    result["drift"] = workload.drift;
    result["tokens_per_device"] = all_equal && !tokens.empty() ? Json(tokens.front()) : Json(tokens);
    if (workload.popularity.kind != PopularityKind::log_normal)
      result["popularity"] = popularity_json(workload.popularity);
    else if (workload.log_popularity.empty())
      result["skew"] = workload.skew;
  }
  if (!workload.trace.file.empty()) result["trace"] = trace_json(workload.trace);
  return result;
}

Json payload_json(const Payload& payload) {
  return {{"dispatch", name_of(payload.dispatch)},
          {"combine", name_of(payload.combine)},
          {"weights", name_of(payload.weights)}};
}

/// The bytes of every pair when they are all the same and nobody sends to itself.
std::optional<Bytes> uniform_bytes(const Matrix<Bytes>& matrix) {
  const Bytes bytes = matrix.rows() > 1 ? matrix(0, 1) : 0;
  for (int source = 0; source < matrix.rows(); ++source)
    for (int destination = 0; destination < matrix.columns(); ++destination)
      if (matrix(source, destination) != (source == destination ? 0 : bytes)) return std::nullopt;
  return bytes;
}

Json traffic_json(const Matrix<Bytes>& matrix) {
  if (const auto bytes = uniform_bytes(matrix)) return {{"uniform_bytes_per_pair", *bytes}};
  Json rows = Json::array();
  for (int source = 0; source < matrix.rows(); ++source) rows.push_back(matrix.row(source));
  return {{"matrix", std::move(rows)}};
}

}  // namespace

Json resolved_json(const Scenario& scenario) {
  Json result = {{"name", scenario.name}};
  if (!scenario.question.empty()) result["question"] = scenario.question;
  if (!scenario.expect.empty()) result["expect"] = scenario.expect;
  if (!scenario.direct_traffic) result["model"] = model_json(scenario.model);
  result["platform"] = platform_json(scenario.platform);
  result["transport"] = transport_json(scenario.transport);
  if (scenario.direct_traffic) {
    result["expert_parallel"] = {
        {"communication_pattern", name_of(scenario.expert_parallel.communication_pattern)}};
    result["traffic"] = traffic_json(*scenario.direct_traffic);
  } else {
    result["expert_parallel"] = expert_parallel_json(scenario.expert_parallel);
    result["workload"] = workload_json(scenario.workload);
    result["payload"] = payload_json(scenario.payload);
  }
  result["patterns"] = patterns_json(scenario);
  result["barriers"] = scenario.barriers;
  result["resolution"] = scenario.resolution;
  result["engine"] = name_of(scenario.engine);
  return result;
}

}  // namespace epsim
