#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <variant>

#include "platforms/error.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

/// As text and back, the way a result file would travel.
Scenario parse_resolved(const Scenario& scenario) {
  return parse_scenario(parse_json(resolved_json(scenario).dump(), "resolved"), "/nowhere");
}

/// All members of each struct, so that a new member cannot be forgotten.
auto members_of(const ModelShape& value) {
  const auto& [name, hidden, intermediate] = value;
  return std::tie(name, hidden, intermediate);
}
auto members_of(const DeviceCompute& value) {
  const auto& [name, bf16, fp8, bandwidth, memory, gemm, efficiency] = value;
  return std::tie(name, bf16, fp8, bandwidth, memory, gemm, efficiency);
}
auto members_of(const ExpertParallel& value) {
  const auto& [e, s, p, k, routing, balancing, pattern, factor, drop, use, weight, learn, gate, groups, kept,
               score, rate, least, redundant, choice, interval, pad] = value;
  return std::tie(e, s, p, k, routing, balancing, pattern, factor, drop, use, weight, learn, gate, groups,
                  kept, score, rate, least, redundant, choice, interval, pad);
}
auto members_of(const Topics& value) {
  const auto& [count, concentration, tokens] = value;
  return std::tie(count, concentration, tokens);
}
auto members_of(const Popularity& value) {
  const auto& [kind, alpha, hot, list, share] = value;
  return std::tie(kind, alpha, hot, list, share);
}
auto members_of(const Trace& value) {
  const auto& [file, format, layer, recorded] = value;  // what was recorded is read from the same file
  return std::tie(file, format, layer);
}
auto members_of(const Workload& value) {
  const auto& [tokens, steps, seed, skew, popularity, dim, topics, drift, trace, logs, every] = value;
  return std::tuple_cat(std::tie(tokens, steps, seed, skew, dim, drift, logs, every), members_of(popularity),
                        members_of(topics), members_of(trace));
}
auto members_of(const Payload& value) {
  const auto& [dispatch, combine, weights, dispatch_bytes, combine_bytes] = value;
  return std::tie(dispatch, combine, weights, dispatch_bytes, combine_bytes);
}
template <class T>
void check_same(const T& a, const T& b) {
  CHECK(members_of(a) == members_of(b));
}

void check_same(const PlatformSpec& a, const PlatformSpec& b) {
  CHECK(a.preset == b.preset);
  check_same(a.device, b.device);
  CHECK((a.topology == b.topology));
}

void check_same(const PatternOptions& a, const PatternOptions& b) {
  for (const Pattern& row : all_patterns())
    for (const PatternOption& option : row.options) CHECK(option.get(a) == option.get(b));
}

void check_same(const Scenario& a, const Scenario& b) {
  const auto& [name, question, expect, model, platform, transport, own_transports, expert_parallel, workload,
               payload, patterns, barriers, traffic, engine, resolution] = a;
  CHECK(std::tie(name, question, expect) == std::tie(b.name, b.question, b.expect));
  check_same(model, b.model);
  check_same(platform, b.platform);
  CHECK((transport == b.transport));
  CHECK((own_transports == b.pattern_transports));
  check_same(expert_parallel, b.expert_parallel);
  check_same(workload, b.workload);
  check_same(payload, b.payload);
  check_same(patterns, b.patterns);
  CHECK(barriers == b.barriers);
  CHECK((traffic == b.direct_traffic));
  CHECK(engine == b.engine);
  CHECK(resolution == b.resolution);
}

void check_round_trip(const json& document) {
  INFO(document.dump());
  const Scenario scenario = parse_scenario(document, ".");
  check_same(scenario, parse_resolved(scenario));
}

json merged(json document, const char* members) {
  document.merge_patch(json::parse(members));
  return document;
}

const json star = {{"platform", {{"topology", "star"}, {"devices", 4}}}};

}  // namespace

TEST_CASE("resolved scenarios parse to themselves: platforms and models") {
  for (const EmbeddedFile& platform : embedded_platforms())
    check_round_trip({{"platform", platform.name},
                      {"expert_parallel", {{"expert_parallel_size", 8}}},
                      {"model", "deepseek_v3"}});
  for (const ModelPreset& model : model_presets())
    check_round_trip(
        {{"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 1}, {"oversubscription", 1.7}}},
         {"model", model.name}});
}

TEST_CASE("resolved scenarios parse to themselves: members") {
  check_round_trip(star);
  for (
      const char* members : {
          R"({"name": "n", "question": "q?", "expect": "e", "barriers": true, "engine": "fluid", "resolution": 0.005})",
          R"({"engine": "auto"})",
          R"({"workload": {"tokens_per_device": [1, 2, 3, 4], "steps": 3, "seed": 9223372036854775807, "skew": 0.1}})",
          R"({"payload": {"dispatch": "fp8", "combine": "bf16", "weights": "bf16"}})",
          R"({"payload": {"dispatch": "bf16", "combine": "fp8", "weights": "fp8"}})",
          R"({"transport": {"preset": "nccl", "start_up": "3.3us", "scale_up_share": 0.7}})",
          R"({"model": {"hidden": 1000, "expert_intermediate": 10, "num_experts": 12, "top_k": 3, "gate": "sigmoid"}})",
          R"({"platform": {"bandwidth": "33.3GBps", "latency": "0.7us", "device": {"name": "x", "bf16_flops": "1TFLOPS", "fp8_flops": 0, "memory_bandwidth": "1TBps"}}})",
          R"({"patterns": {"all_to_all": {"algorithm": "pairwise", "window": 0, "deduplicate": "device"}}})",
          R"({"patterns": {"point_to_point": {"granularity": "device", "window": 2}, "ring": {"bidirectional": true}}})",
          R"({"patterns": {"hierarchical": {"deduplicate": "none", "chunks": 3}, "ring": {"deduplicate": "device"}}})",
          R"({"expert_parallel": {"expert_groups": 2, "kept_groups": 1, "group_score": "max", "capacity_factor": 1.1}})",
          R"({"workload": {"topics": {"count": 5, "concentration": 0.25, "tokens": 7}, "drift": 0.3}})",
          R"({"workload": {"popularity": {"kind": "power_law", "alpha": 1.01}}})",
          R"({"workload": {"popularity": {"kind": "hot", "experts": 2, "share": 0.7}}})",
          R"({"workload": {"popularity": {"kind": "hot", "experts": [3, 1], "share": 0.7}}})",
          R"({"workload": {"popularity": {"kind": "log_normal", "sigma": 0.7}}})",
          R"({"payload": {"dispatch": "nvfp4", "weights": "mxfp4"}})",
          R"({"patterns": {"ring": {"transport": {"preset": "nccl", "half_size": 100, "sms": 2, "rate_per_sm": "1GBps", "window": 3}}}})",
          R"({"transport": "nvlink_one_sided", "patterns": {"hierarchical": {"chunk_tokens": 16}}})",
          R"({"workload": {"topics": 12, "steps": 9, "simulate_every": 4}})",
          R"({"expert_parallel": {"auxiliary_loss_learning_rate": 3.5}})",
          R"({"expert_parallel": {"redundant_experts": 4, "num_experts": 8, "replica_choice": "random", "rebalance_interval": 7}})",
          R"({"expert_parallel": {"min_capacity": 3, "pad_to_capacity": true, "bias_update_rate": 0.25}})",
          R"({"expert_parallel": {"drop_tokens": true, "use_auxiliary_loss": false, "auxiliary_loss_weight": 0.3}})",
      })
    check_round_trip(merged(star, members));
}

TEST_CASE("resolved scenarios parse to themselves: every choice of expert_parallel") {
  for (const std::string_view strategy : Names<RoutingStrategy>::values)
    for (const Pattern& row : all_patterns()) {
      json document = star;
      document["expert_parallel"] = {{"routing_strategy", strategy}, {"communication_pattern", row.name}};
      check_round_trip(document);
    }
}

TEST_CASE("resolved scenarios parse to themselves: direct traffic") {
  check_round_trip(merged(star, R"({"traffic": {"bytes_per_rank": 1003}})"));
  check_round_trip(merged(star, R"({"traffic": {"uniform_bytes_per_pair": 5}, "workload": {"seed": 3}})"));
  check_round_trip(
      merged(star, R"({"traffic": {"matrix": [[0, 1, 2, 3], [4, 0, 6, 7], [8, 9, 0, 1], [2, 3, 4, 0]]}})"));
  check_round_trip(
      merged(star, R"({"traffic": {"matrix": [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]}})"));
}

TEST_CASE("a uniform matrix is written as one number") {
  const auto resolved = resolved_json(parse_scenario(
      merged(star, R"({"traffic": {"matrix": [[0, 7, 7, 7], [7, 0, 7, 7], [7, 7, 0, 7], [7, 7, 7, 0]]}})"),
      "."));
  CHECK(resolved.at("traffic").dump() == R"({"uniform_bytes_per_pair":7})");
  CHECK(resolved.at("expert_parallel").dump() == R"({"communication_pattern":"all_to_all"})");
  CHECK(!resolved.contains("workload"));
}

TEST_CASE("the resolved scenario holds defaults in base units") {
  const auto resolved = resolved_json(parse_scenario(
      {{"platform", {{"preset", "h800_rail_optimized"}, {"nodes", 8}}}, {"model", "deepseek_v3"}}, "."));
  CHECK(resolved.at("platform").at("nic_bandwidth") == 50e9);
  CHECK(resolved.at("platform").at("nic_latency") == 0.6e-6);
  CHECK(resolved.at("expert_parallel").at("experts_per_device") == 4);
  CHECK(resolved.at("expert_parallel").at("kept_groups") == 4);
  CHECK(resolved.at("workload").at("tokens_per_device") == 4096);
  CHECK(resolved.at("transport").at("preset") == "ideal");
  CHECK(resolved.at("resolution") == 2e-3);
  CHECK(resolved.at("engine") == "simgrid");
  CHECK(resolved.begin().key() == "name");
}
