#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <variant>

#include "platforms/error.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/transports/transport.hpp"

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
auto members_of(const StarSpec& value) {
  const auto& [devices, bandwidth, latency] = value;
  return std::tie(devices, bandwidth, latency);
}
auto members_of(const RailOptimizedSpec& value) {
  const auto& [nodes, devices, up, up_latency, nic, nics, nic_latency, spine_latency, unit, spines, over] =
      value;
  return std::tie(nodes, devices, up, up_latency, nic, nics, nic_latency, spine_latency, unit, spines, over);
}
auto members_of(const Transport& value) {
  const auto& [name, start_up, overhead, up, out] = value;
  return std::tie(name, start_up, overhead, up, out);
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
auto members_of(const Trace& value) {
  const auto& [file, format, layer, recorded] = value;  // what was recorded is read from the same file
  return std::tie(file, format, layer);
}
auto members_of(const Workload& value) {
  const auto& [tokens, steps, seed, skew, dim, topics, drift, trace, popularity, every] = value;
  return std::tuple_cat(std::tie(tokens, steps, seed, skew, dim, drift, popularity, every),
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
  REQUIRE(a.fabric.index() == b.fabric.index());
  std::visit(
      [&](const auto& fabric) { check_same(fabric, std::get<std::decay_t<decltype(fabric)>>(b.fabric)); },
      a.fabric);
}

void check_same(const PatternOptions& a, const PatternOptions& b) {
  for (const Pattern& row : all_patterns())
    for (const PatternOption& option : row.options) CHECK(option.get(a) == option.get(b));
}

void check_same(const Scenario& a, const Scenario& b) {
  const auto& [name, question, expect, model, platform, transport, expert_parallel, workload, payload,
               patterns, barriers, traffic, engine, resolution] = a;
  CHECK(std::tie(name, question, expect) == std::tie(b.name, b.question, b.expect));
  check_same(model, b.model);
  check_same(platform, b.platform);
  check_same(transport, b.transport);
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
          R"({"platform": {"bandwidth": "33.3GBps", "latency": "0.7us", "device": {"name": "x", "fp8_flops": 0}}})",
          R"({"patterns": {"all_to_all": {"algorithm": "pairwise", "window": 0, "deduplicate": "device"}}})",
          R"({"patterns": {"point_to_point": {"granularity": "device", "window": 2}, "ring": {"bidirectional": true}}})",
          R"({"patterns": {"hierarchical": {"deduplicate": "none", "chunks": 3}, "ring": {"deduplicate": "device"}}})",
          R"({"expert_parallel": {"expert_groups": 2, "kept_groups": 1, "group_score": "max", "capacity_factor": 1.1}})",
          R"({"workload": {"topics": {"count": 5, "concentration": 0.25, "tokens": 7}, "drift": 0.3}})",
          R"({"workload": {"topics": 12, "steps": 9, "simulate_every": 4}})",
          R"({"expert_parallel": {"auxiliary_loss_learning_rate": 3.5}})",
          R"({"expert_parallel": {"redundant_experts": 4, "num_experts": 8, "replica_choice": "random", "rebalance_interval": 7}})",
          R"({"expert_parallel": {"min_capacity": 3, "pad_to_capacity": true, "bias_update_rate": 0.25}})",
          R"({"expert_parallel": {"drop_tokens": true, "use_auxiliary_loss": false, "auxiliary_loss_weight": 0.3}})",
      })
    check_round_trip(merged(star, members));
}

TEST_CASE("resolved scenarios parse to themselves: every choice of expert_parallel") {
  for (const char* strategy : {"learned_gating", "hash_based", "random", "load_based", "similarity_based"})
    for (const char* pattern : {"all_to_all", "point_to_point", "hierarchical", "ring"})
      check_round_trip(merged(star, (R"({"expert_parallel": {"routing_strategy": ")" + std::string(strategy) +
                                     R"(", "communication_pattern": ")" + pattern + R"("}})")
                                        .c_str()));
}

TEST_CASE("resolved scenarios parse to themselves: direct traffic") {
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

namespace {

json schema() {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  return load_json_file(root / "scenarios" / "scenario.schema.json");
}

std::set<std::string> keys_of(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// The keys that the reader lists as allowed for the object at `pointer` of a scenario.
std::set<std::string> keys_of_reader(json document, const std::string& pointer) {
  document[json::json_pointer(pointer + "/zzzzzzzzzz")] = 0;
  std::string text;
  try {
    static_cast<void>(parse_scenario(document, "."));
  } catch (const Error& error) {
    for (const Problem& problem : error.problems())
      if (problem.place == pointer + "/zzzzzzzzzz") text = problem.remedy;
  }
  std::set<std::string> keys;
  for (std::size_t at = text.find(": "); at != std::string::npos; at = text.find(", ", at + 2))
    keys.insert(text.substr(at + 2, text.find(", ", at + 2) - at - 2));
  return keys;
}

std::string parse_error_of(const json& document) {
  try {
    static_cast<void>(parse_scenario(document, "."));
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("the JSON schema allows exactly the keys that the reader knows") {
  const json file = schema();
  const json& sections = file.at("definitions");
  CHECK(keys_of(file.at("properties")) == keys_of_reader(star, ""));
  for (const char* section : {"expert_parallel", "workload", "payload", "patterns"})
    CHECK(keys_of(sections.at(section).at("properties")) == keys_of_reader(star, std::string("/") + section));
  for (const Pattern& row : all_patterns()) {
    const std::string section(row.name);
    CHECK(keys_of(sections.at(section).at("properties")) == keys_of_reader(star, "/patterns/" + section));
  }
  CHECK(keys_of(sections.at("device").at("properties")) == keys_of_reader(star, "/platform/device"));
  const json transport = merged(star, R"({"transport": {}})");
  CHECK(keys_of(sections.at("transport").at("properties")) == keys_of_reader(transport, "/transport"));
  const json model = merged(star, R"({"model": {}})");
  CHECK(keys_of(sections.at("model").at("properties")) == keys_of_reader(model, "/model"));

  std::set<std::string> platform_keys = keys_of_reader(star, "/platform");
  const json preset = {{"platform", {{"preset", "h100_rail_optimized"}}}};
  platform_keys.merge(keys_of_reader(preset, "/platform"));
  CHECK(keys_of(sections.at("platform").at("properties")) == platform_keys);
  const json traffic = merged(star, R"({"traffic": {"uniform_bytes_per_pair": 1}})");
  CHECK(keys_of(sections.at("traffic").at("properties")) == keys_of_reader(traffic, "/traffic"));
}

TEST_CASE("the JSON schema's defaults are the reader's") {
  const json definitions = schema().at("definitions");
  const auto check = [&](const char* section, const char* pointer, const json& base) {
    const json plain = resolved_json(parse_scenario(base, "."));
    int defaults = 0;
    for (const auto& [key, property] : definitions.at(section).at("properties").items()) {
      if (!property.contains("default")) continue;
      ++defaults;
      json document = base;
      document[json::json_pointer(std::string(pointer) + "/" + key)] = property.at("default");
      if (parse_error_of(document) != "")  // keys of the other topologies
        CHECK_MESSAGE(std::string(section) == "platform", key << ": " << parse_error_of(document));
      else
        CHECK_MESSAGE(json(resolved_json(parse_scenario(document, "."))) == plain, section << " " << key);
    }
    return defaults;
  };
  const json rail = merged(star, R"({"platform": {"topology": "rail_optimized"}})");
  CHECK(check("device", "/platform/device", merged(star, R"({"platform": {"device": {}}})")) == 7);
  CHECK(check("platform", "/platform", {{"platform", {{"topology", "star"}}}}) >= 3);
  json bare_rail = rail;
  bare_rail["platform"].erase("devices");
  CHECK(check("platform", "/platform", bare_rail) >= 10);
  CHECK(check("model", "/model", merged(star, R"({"model": {}})")) >= 3);
  CHECK(check("workload", "/workload", star) >= 5);
  CHECK(check("expert_parallel", "/expert_parallel", star) >= 10);
  CHECK(check("payload", "/payload", star) >= 1);
  for (const Pattern& row : all_patterns()) {
    const std::string section(row.name);
    CHECK(check(section.c_str(), ("/patterns/" + section).c_str(), star) == std::ssize(row.options));
  }
}

namespace {

/// A property of the schema, behind its reference if it is one.
json resolved_property(const json& file, const json& property) {
  if (property.contains("allOf")) return resolved_property(file, property.at("allOf").at(0));
  if (!property.contains("$ref")) return property;
  return file.at(json::json_pointer(property.at("$ref").get<std::string>().substr(1)));
}

/// "round_robin" and "RoundRobin".
std::set<std::string> spellings(const std::vector<std::string_view>& names) {
  std::set<std::string> all;
  for (const std::string_view name : names) {
    std::string camel;
    bool is_start = true;
    for (const char c : name) {
      if (c != '_') camel += is_start ? static_cast<char>(std::toupper(c)) : c;
      is_start = c == '_';
    }
    all.insert({std::string(name), camel});
  }
  return all;
}

template <class E>
std::set<std::string> spellings_of() {
  return spellings({Names<E>::values.begin(), Names<E>::values.end()});
}

std::set<std::string> enum_of(const json& file, const std::string& pointer) {
  const json property = resolved_property(file, file.at(json::json_pointer(pointer)));
  return property.at("enum").get<std::set<std::string>>();
}

}  // namespace

TEST_CASE("the JSON schema knows the patterns' options as the patterns tell them") {
  const json file = schema();
  std::vector<std::string_view> names;
  for (const Pattern& row : all_patterns()) {
    names.push_back(row.name);
    const json& properties = file.at("definitions").at(std::string(row.name)).at("properties");
    for (const PatternOption& option : row.options) {
      CAPTURE(row.name);
      CAPTURE(option.name);
      const json property = resolved_property(file, properties.at(std::string(option.name)));
      if (const auto* integer = std::get_if<IntegerOption>(&option.type)) {
        CHECK(property.at("minimum") == integer->low);
        CHECK(property.at("maximum") == integer->high);
      } else if (const auto* choice = std::get_if<ChoiceOption>(&option.type)) {
        CHECK(property.at("enum").get<std::set<std::string>>() == spellings(choice->names));
      } else {
        CHECK(property.at("type") == "boolean");
      }
    }
  }
  CHECK(enum_of(file, "/definitions/expert_parallel/properties/communication_pattern") == spellings(names));
}

TEST_CASE("the JSON schema knows every choice by the names that the reader knows") {
  const json file = schema();
  const std::string keys = "/definitions/expert_parallel/properties/";
  CHECK(enum_of(file, keys + "routing_strategy") == spellings_of<RoutingStrategy>());
  CHECK(enum_of(file, keys + "load_balancing") == spellings_of<LoadBalancing>());
  CHECK(enum_of(file, keys + "gate") == spellings_of<GateKind>());
  CHECK(enum_of(file, keys + "group_score") == spellings_of<GroupScore>());
  CHECK(enum_of(file, keys + "replica_choice") == spellings_of<ReplicaChoice>());
  CHECK(enum_of(file, "/definitions/model/properties/gate") == spellings_of<GateKind>());
  CHECK(enum_of(file, "/definitions/model/properties/group_score") == spellings_of<GroupScore>());
  CHECK(enum_of(file, "/definitions/data_type") == spellings_of<DataType>());
  CHECK(enum_of(file, "/properties/engine") == spellings_of<EngineKind>());
  std::set<std::string> transports;
  for (const TransportPreset& preset : transport_presets()) transports.insert(preset.transport.name);
  CHECK(enum_of(file, "/definitions/transport_preset") == transports);
}

TEST_CASE("the JSON schema names every preset") {
  const json definitions = schema().at("definitions");
  const json& models = definitions.at("model_preset").at("enum");
  const json& platforms = definitions.at("platform_preset").at("enum");
  CHECK(models.size() == model_presets().size());
  for (const ModelPreset& model : model_presets()) CHECK(std::ranges::count(models, json(model.name)) == 1);
  CHECK(platforms.size() == embedded_platforms().size());
  for (const EmbeddedFile& platform : embedded_platforms())
    CHECK(std::ranges::count(platforms, json(platform.name)) == 1);
}
