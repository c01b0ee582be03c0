// The fluid engine at its default settings against times that SimGrid took minutes to hours for, recorded in
// simgrid_times.json. To record what is missing there (one case after the other, written after each):
//   EPSIM_RECORD=1 build/tests/model_tests -tc="*SimGrid's recorded*"
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/bounds.hpp"
#include "analysis/summary.hpp"
#include "platforms/generators/generator.hpp"
#include "platforms/indexing.hpp"
#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/random.hpp"
#include "sim/simulate.hpp"

namespace epsim {
namespace {

using nlohmann::json;

const std::string recorded_file = EPSIM_SOURCE_DIR "/tests/model/simgrid_times.json";

/// Latencies differ by this part from one perturbation to the next. Where a window decides which message
/// comes first, small differences grow, and only means over some of them can be compared.
constexpr double perturbation = 1e-6;
constexpr int perturbations = 8;

struct Case {
  std::string name;
  json scenario;
  std::vector<PatternKind> patterns;
  bool is_chaotic = false;
};

json star(int devices, const json& traffic, int window, double latency = 2e-6) {
  return {
      {"platform", {{"topology", "star"}, {"devices", devices}, {"bandwidth", 50e9}, {"latency", latency}}},
      {"traffic", traffic},
      {"patterns", {{"all_to_all", {{"window", window}}}, {"point_to_point", {{"window", window}}}}}};
}

json uniform_traffic(Bytes bytes) {
  return {{"uniform_bytes_per_pair", bytes}};
}

/// Log-normal bytes: each pair's own with deviation `sigma`, times the receiver's with deviation `hot`.
json log_normal(int devices, double median, double sigma, double hot) {
  SplitMix64 random(1);
  const auto draw = [&](double deviation) {
    return std::exp(deviation * normal_quantile(uniform(random())));
  };
  std::vector<double> popularity;
  for (int d = 0; d < devices; ++d) popularity.push_back(draw(hot));
  json matrix = json::array();
  for (int from = 0; from < devices; ++from) {
    json& row = matrix.emplace_back(json::array());
    for (int to = 0; to < devices; ++to)
      row.push_back(from == to ? 0 : 1 + static_cast<Bytes>(median * popularity[at(to)] * draw(sigma)));
  }
  return {{"matrix", std::move(matrix)}};
}

json on_nodes(const char* preset, int nodes, const json& traffic, int window) {
  return {{"platform", {{"preset", preset}, {"nodes", nodes}}},
          {"traffic", traffic},
          {"patterns", {{"all_to_all", {{"window", window}}}, {"hierarchical", {{"window", window}}}}}};
}

/// The transports that the recorded runs had, whatever the presets have become since.
json recorded_transport(bool has_low_latency) {
  return {{"start_up", has_low_latency ? "10us" : "30us"},
          {"message_overhead", has_low_latency ? "0.1us" : "0.5us"},
          {"scale_up_share", 0.7},
          {"scale_out_share", 0.9}};
}

json deepseek(int nodes, int tokens, const json& transport, const json& more) {
  json scenario = {{"model", "deepseek_v3"},
                   {"platform", {{"preset", "h800_rail_optimized"}, {"nodes", nodes}}},
                   {"transport", transport},
                   {"workload", {{"tokens_per_device", tokens}, {"skew", 0.8}}}};
  scenario.merge_patch(more);
  return scenario;
}

std::vector<Case> cases() {
  constexpr auto direct = PatternKind::all_to_all;
  constexpr auto one_sided = PatternKind::point_to_point;
  constexpr auto two_level = PatternKind::hierarchical;
  const json balanced = {
      {"expert_parallel", {{"routing_strategy", "random"}, {"load_balancing", "round_robin"}}}};
  json balanced_at_once = balanced;
  balanced_at_once["patterns"] = {{"point_to_point", {{"window", 0}}}};
  const json node_at_once = {{"payload", {{"dispatch", "bf16"}, {"combine", "bf16"}}},
                             {"barriers", true},
                             {"patterns", {{"point_to_point", {{"window", 0}}}}}};
  return {
      {"star 512, 64 kB, window 8", star(512, uniform_traffic(64'000), 8), {direct}},
      {"star 384, 64 kB, window 4", star(384, uniform_traffic(64'000), 4), {direct}},
      {"star 512, 16 kB, window 1", star(512, uniform_traffic(16'000), 1), {direct}},
      {"star 256, 4 kB, window 2", star(256, uniform_traffic(4'000), 2), {direct}},
      {"star 256, 1 MB at once", star(256, uniform_traffic(1'000'000), 0), {direct}},
      {"star 256, 1 kB at once", star(256, uniform_traffic(1'000), 0), {direct}},
      {"star 512, 512 B, 10 us, window 8", star(512, uniform_traffic(512), 8, 10e-6), {direct}},
      {"4 NVL72 racks, 64 KiB, window 8", on_nodes("gb200_nvl72", 4, uniform_traffic(65'536), 8), {direct}},
      {"4 NVL72 racks, 64 KiB at once", on_nodes("gb200_nvl72", 4, uniform_traffic(65'536), 0), {direct}},
      {"32 nodes, 128 KiB, window 8",
       on_nodes("h100_rail_optimized", 32, uniform_traffic(131'072), 8),
       {direct}},
      {"32 nodes, 128 KiB, hierarchical",
       on_nodes("h100_rail_optimized", 32, uniform_traffic(131'072), 8),
       {two_level}},
      {"star 128, log-normal at once", star(128, log_normal(128, 64e3, 1, 0), 0), {direct}},
      {"star 192, log-normal at once", star(192, log_normal(192, 64e3, 1, 0), 0), {direct}},
      {"star 256, log-normal at once", star(256, log_normal(256, 64e3, 1, 0), 0), {direct}},
      {"star 256, hot receivers at once", star(256, log_normal(256, 64e3, 0.3, 1), 0), {direct}},
      {"star 128, small log-normal at once", star(128, log_normal(128, 2e3, 1, 0.5), 0), {direct}},
      {"star 256, hot receivers, window 8", star(256, log_normal(256, 64e3, 0.3, 1), 8), {direct}},
      {"star 128, log-normal, window 8", star(128, log_normal(128, 64e3, 1, 0), 8), {direct}, true},
      {"star 192, log-normal, window 2", star(192, log_normal(192, 64e3, 1, 0), 2), {direct}, true},
      {"star 256, log-normal, window 1", star(256, log_normal(256, 64e3, 1, 0), 1), {direct}, true},
      {"32 nodes, log-normal, hierarchical, window 1",
       on_nodes("h100_rail_optimized", 32, log_normal(256, 64e3, 1, 0), 1),
       {two_level},
       true},
      {"16 nodes, log-normal, window 4",
       on_nodes("h100_rail_optimized", 16, log_normal(128, 64e3, 1, 0), 4),
       {direct},
       true},
      {"EP8, 128 tokens in BF16 at once",
       deepseek(1, 128, recorded_transport(true), node_at_once),
       {one_sided}},
      {"EP64 decode, balanced, at once",
       deepseek(8, 128, recorded_transport(true), balanced_at_once),
       {one_sided}},
      {"EP128 decode, balanced, window 8",
       deepseek(16, 128, recorded_transport(true), balanced),
       {one_sided},
       true},
      {"EP64 prefill, hierarchical",
       deepseek(8, 4096, recorded_transport(false), json::object()),
       {two_level},
       true},
      {"EP64 prefill, point to point",
       deepseek(8, 1024, recorded_transport(false), json::object()),
       {one_sided},
       true},
  };
}

/// Seconds of each phase, and of the layer.
using Times = std::map<std::string, double>;

Times times_of(Case one, EngineKind engine, int variant) {
  Scenario scenario = parse_scenario(one.scenario, ".");
  scenario.engine = engine;
  const double factor = 1 + perturbation * variant;
  TopologySpec& topology = scenario.platform.topology;
  for (const Parameter& parameter : topology.generator().parameters)
    if (std::holds_alternative<Parameter::Duration>(parameter.type))
      topology[parameter.name] = topology.number(parameter.name) * factor;
  const Cluster cluster = build_cluster(scenario);
  const RoutedStep step = route_step(scenario, cluster, {});
  const auto runs = simulate(scenario, cluster, step, one.patterns, {});
  const LayerSummary layer = summarize(cluster, lower_bounds(scenario, cluster, step), runs.front());
  Times times = {{"layer", layer.layer_seconds}};
  for (const Phase phase : {Phase::dispatch, Phase::expert, Phase::combine})
    if (layer.phase(phase).seconds > 0) times[std::string(name_of(phase))] = layer.phase(phase).seconds;
  return times;
}

std::vector<Times> all_times(const Case& one, EngineKind engine) {
  std::vector<Times> times;
  for (int variant = 0; variant < (one.is_chaotic ? perturbations : 1); ++variant)
    times.push_back(times_of(one, engine, variant));
  return times;
}

void record_missing(json& recorded) {
  for (const Case& one : cases()) {
    if (recorded.contains(one.name)) continue;
    recorded[one.name] = all_times(one, EngineKind::simgrid);
    std::ofstream(recorded_file) << recorded.dump(1) << '\n';
  }
}

struct Mean {
  double value = 0;
  double squared_error = 0;  ///< of the mean
};

Mean mean_of(const std::vector<Times>& times, const std::string& phase) {
  const auto count = static_cast<double>(times.size());
  Mean mean;
  for (const Times& one : times) mean.value += one.at(phase) / count;
  for (const Times& one : times)
    mean.squared_error += (one.at(phase) - mean.value) * (one.at(phase) - mean.value) / (count * (count - 1));
  return mean;
}

}  // namespace

TEST_CASE("the fluid engine agrees with SimGrid's recorded times") {
  json recorded = json::object();
  if (std::ifstream file(recorded_file); file) recorded = json::parse(file);
  if (std::getenv("EPSIM_RECORD") != nullptr) record_missing(recorded);
  for (const Case& one : cases()) {
    CAPTURE(one.name);
    REQUIRE(recorded.contains(one.name));
    const auto simgrid = recorded[one.name].get<std::vector<Times>>();
    const std::vector<Times> fluid = all_times(one, EngineKind::fluid);
    REQUIRE(simgrid.size() == fluid.size());
    for (const auto& [phase, seconds] : simgrid.front()) {
      CAPTURE(phase);
      if (!one.is_chaotic) {
        CHECK(std::abs(fluid.front().at(phase) - seconds) <= 1e-3 * seconds);
        continue;
      }
      const Mean a = mean_of(simgrid, phase);
      const Mean b = mean_of(fluid, phase);
      CHECK(std::abs(a.value - b.value) <= 3e-3 * a.value + 2 * std::sqrt(a.squared_error + b.squared_error));
    }
  }
}

}  // namespace epsim
