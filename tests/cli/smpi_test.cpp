// Exported platforms under SimGrid's own MPI: an MPI_Alltoallv on them takes as long as epsim says.
//
// SMPI shares bandwidth by the latency of routes, so all routes have the same one here: it is on the devices'
// links alone.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/random.hpp"
#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

std::string sizes(int ranks, bool is_random) {
  SplitMix64 random(static_cast<std::uint64_t>(ranks));
  std::string text;
  for (int from = 0; from < ranks; ++from) {
    for (int to = 0; to < ranks; ++to)
      text += fmt::format("{} ", is_random ? 50'000 + uniform_below(random(), 2'000'000) : 1'000'000);
    text += '\n';
  }
  return text;
}

double seconds_of_epsim(const TemporaryFolder& folder, const json& platform) {
  const json scenario = {{"platform", platform},
                         {"traffic", {{"matrix_file", "sizes.txt"}}},
                         {"patterns", {{"all_to_all", {{"window", 0}}}}}};
  std::ofstream(folder.path() / "scenario.json") << scenario;
  const CommandResult run =
      run_epsim({"run", (folder.path() / "scenario.json").string(), "--pattern", "all_to_all", "--json"});
  REQUIRE_MESSAGE(run.exit_code == 0, run.err);
  return json::parse(run.out)["layer_seconds"].get<double>();
}

double seconds_of_smpi(const TemporaryFolder& folder, int ranks) {
  const CommandResult run = run_shell(
      fmt::format(
          "$EPSIM topology scenario.json --format simgrid > platform.xml && "
          "smpirun -np {} -platform platform.xml --log=root.thresh:error --cfg=network/model:CM02 "
          "--cfg=network/TCP-gamma:0 --cfg=network/crosstraffic:0 --cfg=network/bandwidth-factor:1 "
          "--cfg=network/latency-factor:1 --cfg=network/weight-S:0 --cfg=network/optim:Full "
          "--cfg=smpi/simulate-computation:no --cfg=smpi/alltoallv:ompi_basic_linear ./alltoallv sizes.txt",
          ranks),
      folder.path());
  REQUIRE_MESSAGE(run.exit_code == 0, (run.out + run.err));
  std::istringstream lines(run.out);
  double begin = 0;
  double end = 0;
  double last = 0;
  int seen = 0;
  for (; lines >> begin >> end; ++seen) last = std::max(last, end);
  CHECK(seen == ranks);
  return last;
}

}  // namespace

TEST_CASE("smpirun takes exported platforms as they are and an all-to-all takes as long there") {
  const TemporaryFolder folder;
  const CommandResult compiled = run_shell(
      "smpicc -O1 '" + std::string(EPSIM_SOURCE_DIR) + "/tests/cli/alltoallv.c' -o alltoallv", folder.path());
  REQUIRE_MESSAGE(compiled.exit_code == 0, compiled.err);
  json graph = {
      {"topology", "graph"}, {"devices", json::array()}, {"switches", {"left", "right", "fast", "slow"}}};
  graph["links"] = json::array();
  const auto join = [&](const std::string& from, const std::string& to, const char* bandwidth,
                        const char* latency) {
    graph["links"].push_back({{"from", from}, {"to", to}, {"bandwidth", bandwidth}, {"latency", latency}});
  };
  for (int device = 0; device < 6; ++device) {
    const std::string name = "gpu" + std::to_string(device);
    graph["devices"].push_back({{"name", name}, {"node", device / 3}});
    join(name, device < 3 ? "left" : "right", "100GBps", "1us");
  }
  for (const char* side : {"left", "right"}) {
    join(side, "fast", "50GBps", "0s");
    join(side, "slow", "25GBps", "0s");
  }
  const json rails = {{"topology", "rail_optimized"}, {"nodes", 4},
                      {"devices_per_node", 4},        {"nodes_per_unit", 2},
                      {"scale_up_latency", "1us"},    {"nic_latency", "1us"},
                      {"leaf_spine_latency", 0},      {"oversubscription", 2}};
  // Ranks in another order than devices.
  const json mesh = {{"topology", "full_mesh"},
                     {"devices", 8},
                     {"bandwidth", "64GBps"},
                     {"latency", "2us"},
                     {"ranks", {3, 1, 2, 0, 7, 6, 5, 4}}};
  for (const json& platform : {graph, rails, mesh}) {
    const int ranks = platform == graph ? 6 : platform == rails ? 16 : 8;
    for (const bool is_random : {false, true}) {
      CAPTURE(platform.at("topology"));
      CAPTURE(is_random);
      std::ofstream(folder.path() / "sizes.txt") << sizes(ranks, is_random);
      const double epsim = seconds_of_epsim(folder, platform);
      CHECK(seconds_of_smpi(folder, ranks) == doctest::Approx(epsim).epsilon(0.005));
    }
  }
}
