// Choosing an engine on the command line and in a scenario.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

json run_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "run");
  arguments.emplace_back("--json");
  const CommandResult result = run_epsim(arguments);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  return json::parse(result.out);
}

/// All messages of this many devices at once: N (N-1) flows of different sizes.
std::vector<std::string> all_at_once(const TemporaryFolder& folder, int devices) {
  std::string matrix;
  for (int from = 0; from < devices; ++from) {
    for (int to = 0; to < devices; ++to)
      matrix += std::to_string(from == to ? 0 : 100'000 + 7919 * ((from * 31 + to * 17) % 257)) + " ";
    matrix += "\n";
  }
  static_cast<void>(folder.write("matrix.txt", matrix));
  return {folder.write("scenario.json", R"({"platform": {"topology": "star", "devices": )" +
                                            std::to_string(devices) +
                                            R"(, "bandwidth": "50GBps", "latency": "2us"},
                           "traffic": {"matrix_file": "matrix.txt"},
                           "patterns": {"all_to_all": {"window": 0}}})")};
}

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("engine: the result names the one that ran and its resolution") {
  const json simgrid = run_of({shipped("uniform_star16")});
  CHECK(simgrid["engine"] == "simgrid");
  CHECK(simgrid["resolution_seconds"] == 1e-12);
  CHECK(simgrid["accuracy"] == "exact");
  const json fluid = run_of({shipped("uniform_star16"), "--engine", "fluid"});
  CHECK(fluid["engine"] == "fluid");
  CHECK(fluid["resolved_scenario"]["engine"] == "fluid");
  CHECK(fluid["resolution_seconds"] == 0);
  CHECK(fluid["accuracy"] == "exact");
  CHECK(fluid["layer_seconds"].get<double>() ==
        doctest::Approx(simgrid["layer_seconds"].get<double>()).epsilon(1e-9));
}

TEST_CASE("engine: equal messages take the same time on both where ties decide") {
  // A balanced router's messages are alike; which of equal moments counts first decides what happens next.
  // SimGrid's usual precision of 1e-9 s made differences of 0.1 % here.
  const json scenario = {{"model", "deepseek_v3"},
                         {"platform", {{"preset", "h800_rail_optimized"}, {"nodes", 3}}},
                         {"transport", "deepep_low_latency"},
                         {"expert_parallel",
                          {{"num_experts", 48},
                           {"expert_groups", 1},
                           {"kept_groups", 1},
                           {"routing_strategy", "random"},
                           {"load_balancing", "round_robin"},
                           {"communication_pattern", "point_to_point"}}},
                         {"workload", {{"tokens_per_device", 8}}}};
  const TemporaryFolder folder;
  const std::string file = folder.write("scenario.json", scenario.dump());
  for (const char* window : {"1", "2", "8"}) {
    CAPTURE(window);
    const auto run = [&](const char* engine) {
      return run_of(
          {file, "--set", std::string("/patterns/point_to_point/window=") + window, "--engine", engine});
    };
    const json simgrid = run("simgrid");
    const json fluid = run("fluid");
    for (const char* phase : {"dispatch", "expert", "combine"})
      CHECK(fluid["phases"][phase]["seconds"].get<double>() ==
            doctest::Approx(simgrid["phases"][phase]["seconds"].get<double>()).epsilon(1e-6));
  }
}

TEST_CASE("engine: fluid is exact wherever that is quick, else within its resolution, and says so") {
  const TemporaryFolder folder;
  const auto small = all_at_once(folder, 48);  // 2,256 flows
  const double simgrid = run_of(small)["layer_seconds"];
  const json exact = run_of(with(small, {"--engine", "fluid"}));
  CHECK(exact["accuracy"] == "exact");
  CHECK(exact["layer_seconds"].get<double>() == doctest::Approx(simgrid).epsilon(1e-9));
  CHECK(run_epsim(with({"run"}, with(small, {"--engine", "fluid"}))).out.find("engine fluid, exact") !=
        std::string::npos);
  const auto large =
      with(all_at_once(folder, 256), {"--engine", "fluid", "--check"});  // each of 65,280 ends moves all
  const json usual = run_of(large);
  CHECK(usual["accuracy"] == 2e-3);
  CHECK(usual["resolution_seconds"].get<double>() <= 2e-3 * usual["layer_seconds"].get<double>());
  const json coarse = run_of(with(large, {"--resolution", "0.01"}));
  CHECK(coarse["accuracy"] == 1e-2);
  CHECK(coarse["layer_seconds"] != usual["layer_seconds"]);
  CHECK(coarse["layer_seconds"].get<double>() ==
        doctest::Approx(usual["layer_seconds"].get<double>()).epsilon(5e-3));
  CHECK(run_epsim(with({"run"}, large)).out.find("engine fluid, all_to_all within 0.2 %") !=
        std::string::npos);
}

TEST_CASE("engine: fluid keeps the latency between rounds of equal messages") {
  // 511 destinations in rounds of 8: 64 rounds, each of 4 us of latency before its bytes, 511 x 64 kB through
  // a port of 50 GB/s. Links must not make up for the time in which they had nothing to carry.
  const TemporaryFolder folder;
  const std::string file = folder.write("scenario.json", R"({
      "platform": {"topology": "star", "devices": 512, "bandwidth": "50GBps", "latency": "2us"},
      "traffic": {"uniform_bytes_per_pair": 64000}, "engine": "fluid"})");
  const json run = run_of({file});
  CHECK(run["layer_seconds"].get<double>() == doctest::Approx(64 * 4e-6 + 511 * 64000 / 50e9).epsilon(1e-9));
  CHECK(run["accuracy"] == "exact");
}

TEST_CASE("engine: options that say nothing are refused") {
  for (const std::string number : {"nan", "", "abc", "inf"}) {
    const CommandResult result =
        run_epsim({"run", shipped("uniform_star16"), "--engine", "fluid", "--resolution", number});
    CHECK(result.exit_code == 2);
    CHECK_MESSAGE(result.err.find("--resolution: \"" + number + "\" is not a number") != std::string::npos,
                  result.err);
  }
  const CommandResult name = run_epsim({"run", shipped("uniform_star16"), "--engine", ""});
  CHECK(name.exit_code == 2);
  CHECK_MESSAGE(name.err.find("/engine: \"\" is not an engine") != std::string::npos, name.err);
}

TEST_CASE("engine: auto takes SimGrid for little and fluid for much and says so") {
  const CommandResult small = run_epsim({"run", shipped("uniform_star16"), "--engine", "auto"});
  CHECK(small.err == "epsim: engine simgrid: less than a second\n");
  CHECK(small.out.find("engine simgrid") != std::string::npos);
  const TemporaryFolder folder;
  const auto large = with({"run"}, with(all_at_once(folder, 128), {"--engine", "auto"}));
  const CommandResult result = run_epsim(large);
  CHECK(result.err.find("engine fluid") != std::string::npos);
  CHECK(result.out.find("engine fluid") != std::string::npos);
  const CommandResult quiet = run_epsim(with(large, {"--quiet"}));
  CHECK(quiet.err == "");
}

TEST_CASE("engine: a resolution out of range or without use") {
  for (const char* value : {"-0.1", "0.02", "1e300"}) {
    const CommandResult result =
        run_epsim({"run", shipped("uniform_star16"), "--engine", "fluid", "--resolution", value});
    CHECK(result.exit_code == 2);
    CHECK_MESSAGE(result.err.find("/resolution") != std::string::npos, result.err);
    CHECK_MESSAGE(result.err.find("0 (exact) to 0.01") != std::string::npos, result.err);
  }
  const CommandResult useless = run_epsim({"run", shipped("uniform_star16"), "--resolution", "0.001"});
  CHECK(useless.exit_code == 2);
  CHECK_MESSAGE(useless.err.find("--engine fluid") != std::string::npos, useless.err);
  CHECK(
      run_epsim({"run", shipped("uniform_star16"), "--engine", "auto", "--resolution", "0.001"}).exit_code ==
      0);
  const CommandResult unknown = run_epsim({"run", shipped("uniform_star16"), "--engine", "fluyd"});
  CHECK(unknown.exit_code == 2);
  CHECK_MESSAGE(unknown.err.find("did you mean \"fluid\"") != std::string::npos, unknown.err);
}
