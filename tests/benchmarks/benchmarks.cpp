// The numbers epsim promises, as whole processes where the promise is one (wall time includes start, routing,
// simulation and output). Not a test: after `./epsim test` run build/tests/benchmarks.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platforms/platform.hpp"
#include "platforms/routes.hpp"
#include "scenarios/reader/platform_reader.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/reader/traffic_reader.hpp"
#include "scenarios/sweep/database.hpp"
#include "scenarios/sweep/sweep_reader.hpp"
#include "sim/placement/eplb.hpp"
#include "sim/route.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

const std::string scenarios = std::string(EPSIM_SOURCE_DIR) + "/scenarios/";

/// Runs the binary with its output thrown away; false unless it exits with 0. Peak memory is the largest
/// single process's, in MiB.
bool run_epsim(std::vector<std::string> arguments, double& peak_mebibytes) {
  arguments.insert(arguments.begin(), EPSIM_BINARY);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen("/dev/null", "w", stdout) != nullptr) execv(EPSIM_BINARY, argv.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  peak_mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void measure(benchmark::State& state, const std::vector<std::string>& arguments) {
  double peak = 0;
  for (auto _ : state)
    if (!run_epsim(arguments, peak)) state.SkipWithError("epsim failed");
  state.counters["peak_MiB"] = peak;
}

void compare_ep64_prefill(benchmark::State& state) {
  measure(state, {"compare", scenarios + "deepseek_v3_prefill_ep64.json", "--patterns",
                  "all_to_all,point_to_point", "--json"});
}

void compare_ep64_prefill_all_patterns(benchmark::State& state) {
  measure(state, {"compare", scenarios + "deepseek_v3_prefill_ep64.json", "--json"});
}

void star_pairwise(benchmark::State& state) {
  measure(state, {"run", scenarios + "uniform_star16.json", "--json", "--set",
                  "/platform/devices=" + std::to_string(state.range(0)), "--set",
                  "/patterns/all_to_all/algorithm=pairwise"});
}

/// Tokens in all, 256 experts, top-8, sigmoid gate with group-limited selection, as DeepSeek-V3.
void route_learned_gating(benchmark::State& state) {
  nlohmann::json json = epsim::load_json_file(scenarios + "deepseek_v3_prefill_ep64.json");
  json["workload"]["tokens_per_device"] = state.range(0) / 64;
  const epsim::Scenario scenario = epsim::parse_scenario(json, scenarios);
  for (auto _ : state) benchmark::DoNotOptimize(epsim::route(scenario, {}));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// A sweep of EP8 with 64 tokens per device, all patterns, no two points with the same routing.
nlohmann::json small_points(int seeds, int skews) {
  nlohmann::json skew = nlohmann::json::array();
  for (int i = 0; i < skews; ++i) skew.push_back(i * 1.0 / skews);
  return {{"base",
           {{"model", "mixtral_8x7b"},
            {"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 1}}},
            {"transport", "nccl"},
            {"workload", {{"tokens_per_device", 64}}}}},
          {"grid", {{"/workload/skew", skew}}},
          {"seeds", seeds}};
}

void sweep_small_points(benchmark::State& state) {
  const epsim::TemporaryFolder folder;
  const std::string file =
      folder.write("points.json", small_points(static_cast<int>(state.range(0) / 10), 10).dump());
  const std::string database = (folder.path() / "points.db").string();
  measure(state, {"sweep", file, "--quiet", "--db", database});
}

/// A database of the sweep in which every point has a result.
std::string finished_database(const epsim::TemporaryFolder& folder, const epsim::Sweep& sweep) {
  const std::string path = (folder.path() / "points.db").string();
  epsim::SweepDatabase database(path, epsim::SweepDatabase::Access::create);
  const std::vector<epsim::PlannedPoint> plan = epsim::plan_points(sweep, false);
  database.store_plan(sweep, 1, plan);
  const epsim::PointResult result =
      epsim::result_of(epsim::run_and_summarize(epsim::scenario_of(sweep, 0), sweep.patterns, {}));
  epsim::Transaction transaction(database.connection());
  for (const epsim::PlannedPoint& point : plan) database.store(point.identity, result);
  transaction.commit();
  return path;
}

/// 1,024 x 1,024 numbers of up to seven digits.
void read_matrix_of_1024(benchmark::State& state) {
  const epsim::TemporaryFolder folder;
  std::string text;
  for (int from = 0; from < 1024; ++from) {
    for (int to = 0; to < 1024; ++to) text += std::to_string((from * 7919 + to * 104'729) % 5'000'011) + ' ';
    text += '\n';
  }
  const std::string file = folder.write("matrix.txt", text);
  for (auto _ : state) benchmark::DoNotOptimize(epsim::load_matrix(file));
}

/// 25,000 points of four patterns: opens, finds nothing to do, exports.
void sweep_of_100000_rows(benchmark::State& state) {
  const epsim::TemporaryFolder folder;
  const std::string file = folder.write("points.json", small_points(2500, 10).dump());
  const std::string database = finished_database(folder, epsim::read_sweep(file, {}));
  double peak = 0;
  for (auto _ : state)
    if (!run_epsim({"sweep", file, "--quiet", "--db", database}, peak) ||
        !run_epsim({"sweep", "export", database}, peak))
      state.SkipWithError("epsim failed");
}

BENCHMARK(sweep_small_points)->Arg(1000)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);
BENCHMARK(sweep_of_100000_rows)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1)->Repetitions(3);
/// 1,048,576 tokens with the given strategy and balancing, the same model.
void route_a_million(benchmark::State& state, epsim::RoutingStrategy strategy,
                     epsim::LoadBalancing balancing) {
  nlohmann::json json = epsim::load_json_file(scenarios + "deepseek_v3_prefill_ep64.json");
  json["workload"]["tokens_per_device"] = 1048576 / 64;
  epsim::Scenario scenario = epsim::parse_scenario(json, scenarios);
  scenario.expert_parallel.routing_strategy = strategy;
  scenario.expert_parallel.load_balancing = balancing;
  for (auto _ : state) benchmark::DoNotOptimize(epsim::route(scenario, {}));
}

/// 58 layers' plans: 256 experts in 8 groups, 320 slots on 64 devices in 8 nodes.
void plan_eplb(benchmark::State& state) {
  std::vector<double> loads(256);
  for (auto _ : state)
    for (int layer = 0; layer < 58; ++layer) {
      for (std::size_t e = 0; e < loads.size(); ++e)
        loads[e] = static_cast<double>((e * 7919 + static_cast<std::size_t>(layer) * 104729) % 1009);
      benchmark::DoNotOptimize(epsim::eplb_plan(loads, {320, 8, 8, 64}));
    }
}

/// A platform of about 1,024 devices, and the routes of all its pairs.
void all_routes(benchmark::State& state, const char* platform) {
  for (auto _ : state) {
    const epsim::Topology topology =
        epsim::build_topology(epsim::parse_platform(nlohmann::json::parse(platform)));
    std::vector<std::pair<epsim::DeviceId, epsim::DeviceId>> pairs;
    for (epsim::DeviceId from = 0; from < topology.device_count(); ++from)
      for (epsim::DeviceId to = 0; to < topology.device_count(); ++to)
        if (from != to) pairs.emplace_back(from, to);
    benchmark::DoNotOptimize(epsim::Routes(topology, std::move(pairs)));
  }
}

/// 4,096 devices, and the routes that hierarchical takes: along the rails and inside the nodes.
void routes_of_hierarchical(benchmark::State& state) {
  for (auto _ : state) {
    const epsim::Topology topology =
        epsim::build_topology(epsim::parse_platform({{"preset", "h100_rail_optimized"}, {"nodes", 512}}));
    std::vector<std::pair<epsim::DeviceId, epsim::DeviceId>> pairs;
    for (epsim::DeviceId from = 0; from < topology.device_count(); ++from)
      for (epsim::DeviceId to = 0; to < topology.device_count(); ++to)
        if (from != to && (from % 8 == to % 8 || from / 8 == to / 8)) pairs.emplace_back(from, to);
    benchmark::DoNotOptimize(epsim::Routes(topology, std::move(pairs)));
  }
}

BENCHMARK_CAPTURE(all_routes, rail_optimized, R"({"topology": "rail_optimized", "nodes": 128})")
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(all_routes, fat_tree, R"({"topology": "fat_tree", "k": 16})")->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(all_routes, torus, R"({"topology": "torus", "dimensions": [32, 32]})")
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(all_routes, full_mesh, R"({"topology": "full_mesh", "devices": 1024})")
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(all_routes, dragonfly,
                  R"({"topology": "dragonfly", "groups": 33, "switches_per_group": 8, "devices_per_switch": 4,
                      "global_links_per_switch": 4})")
    ->Unit(benchmark::kSecond);
BENCHMARK(routes_of_hierarchical)->Unit(benchmark::kSecond);
BENCHMARK(read_matrix_of_1024)->Unit(benchmark::kMillisecond);
BENCHMARK(plan_eplb)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(route_a_million, learned_gating, epsim::RoutingStrategy::learned_gating,
                  epsim::LoadBalancing::token_choice_based)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(route_a_million, expert_choice, epsim::RoutingStrategy::learned_gating,
                  epsim::LoadBalancing::expert_choice_based)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(route_a_million, hash_based, epsim::RoutingStrategy::hash_based,
                  epsim::LoadBalancing::token_choice_based)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(route_a_million, random, epsim::RoutingStrategy::random,
                  epsim::LoadBalancing::token_choice_based)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(route_a_million, load_based, epsim::RoutingStrategy::load_based,
                  epsim::LoadBalancing::token_choice_based)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK(compare_ep64_prefill)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1)->Repetitions(3);
BENCHMARK(compare_ep64_prefill_all_patterns)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK(star_pairwise)
    ->Arg(256)
    ->Arg(1024)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK(route_learned_gating)->Arg(262144)->Unit(benchmark::kSecond)->Iterations(1)->Repetitions(3);

}  // namespace

BENCHMARK_MAIN();
