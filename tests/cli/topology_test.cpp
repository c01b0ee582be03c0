// epsim topology.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

TEST_CASE("epsim topology measures presets, scenarios and platform files") {
  const CommandResult preset =
      run_epsim({"topology", "h100_rail_optimized", "--set", "/platform/nodes=8", "--json"});
  REQUIRE_MESSAGE(preset.exit_code == 0, preset.err);
  const json found = json::parse(preset.out);
  CHECK(found["devices"] == 64);
  CHECK(found["nodes"] == 8);
  // 64 cables to NVSwitches, 64 to 8 leaves, 8 of these to the spine.
  CHECK(found["links"] == 2 * (64 + 64 + 8));
  CHECK(found["diameter_links"] == 4);
  CHECK(found["bisection_bytes_per_second"] == 32 * 50e9);
  // Inside nodes and on the rails two links: 7 + 7 of a device's 63 destinations.
  CHECK(found["routes"] == json::parse(R"([{"links": 2, "pairs": 896}, {"links": 4, "pairs": 3136}])"));
  // 56 of 63 go over the NIC.
  CHECK(found["uniform_all_to_all"]["bytes_per_second_per_device"].get<double>() ==
        doctest::Approx(50e9 * 63 / 56));

  const TemporaryFolder folder;
  std::ofstream(folder.path() / "torus.json") << R"({"topology": "torus", "dimensions": [4, 4, 4]})";
  const CommandResult file = run_epsim({"topology", (folder.path() / "torus.json").string()});
  REQUIRE_MESSAGE(file.exit_code == 0, file.err);
  CHECK(file.out.find("64 x H100 in 1 node of 64") != std::string::npos);
  CHECK(file.out.find("router0->router1") != std::string::npos);

  const CommandResult scenario = run_epsim({"topology", shipped("deepseek_v3_prefill_ep64"), "--json"});
  CHECK(json::parse(scenario.out)["devices"] == 64);
}

TEST_CASE("epsim topology tells what it cannot measure") {
  const auto message_of = [](const std::vector<std::string>& arguments) {
    const CommandResult command = run_epsim(arguments);
    CHECK(command.exit_code == 2);
    return command.err;
  };
  CHECK(message_of({"topology", "h100_rail_optimised"}).find("did you mean \"h100_rail_optimized\"?") !=
        std::string::npos);
  CHECK(message_of({"topology", std::string(EPSIM_SOURCE_DIR) + "/scenarios/sweeps/skew_by_pattern.json"})
            .find("is a sweep, not a platform") != std::string::npos);
  CHECK(message_of({"topology", "h100_rail_optimized", "--set", "/nodes=2"})
            .find("--set /nodes: is no part of a platform; begin with /platform/") != std::string::npos);
  CHECK(message_of({"topology", "h100_rail_optimized", "--set", "/platform/nodes=2000"})
            .find("16000 devices are too many") != std::string::npos);
}

TEST_CASE("epsim topology prints networks for other programs") {
  const auto printed = [](const char* format) {
    const CommandResult command =
        run_epsim({"topology", "mi300x", "--set", "/platform/nodes=2", "--format", format});
    REQUIRE_MESSAGE(command.exit_code == 0, command.err);
    return command.out;
  };
  const auto count = [](const std::string& text, const std::string& part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  // 28 cables in each mesh, 16 to the leaves of 8 rails, 8 to the spine.
  constexpr int cables = 2 * 28 + 16 + 8;
  const std::string dot = printed("dot");
  CHECK(dot.starts_with("graph \"mi300x\" {"));
  CHECK(count(dot, " -- ") == cables);
  CHECK(count(dot, "subgraph cluster_") == 2);
  CHECK(count(printed("svg"), "<g id=\"edge") == cables);
  CHECK(count(printed("graphml"), "<edge ") == cables);
  const std::string simgrid = printed("simgrid");
  CHECK(count(simgrid, "<host id=\"") == 16);
  CHECK(count(simgrid, "<link id=\"") == 2 * cables);
  CHECK(count(simgrid, "<route ") == 16 * 15);
  // In alphabetical order, too, as SimGrid takes them.
  CHECK(simgrid.find("<host id=\"00.d0\"") < simgrid.find("<host id=\"10.d10\""));

  const TemporaryFolder folder;
  const CommandResult again = run_shell(
      "$EPSIM topology mi300x --set /platform/nodes=2 --format graphml > g.graphml && $EPSIM topology "
      "g.graphml --json",
      folder.path());
  CHECK(json::parse(again.out)["bisection_bytes_per_second"] == 8 * 50e9);
  CHECK(run_epsim({"topology", "mi300x", "--format", "png"}).exit_code == 2);
}

TEST_CASE("the header of compare and run says how the group lies in the fabric") {
  const auto header = [](const std::string& platform) {
    const CommandResult command =
        run_epsim({"run", shipped("uniform_star16"), "--set", "/platform=" + platform, "--quiet"});
    REQUIRE_MESSAGE(command.exit_code == 0, command.err);
    return command.out;
  };
  CHECK(header(R"({"preset": "h100_rail_optimized", "nodes": 2, "oversubscription": 2, "nodes_per_unit": 1})")
            .find("\n  8 ranks per node, units of 1 nodes, oversubscription 2\n") != std::string::npos);
  const std::string shared = header(R"({"preset": "mi300x", "nodes": 2, "nics_per_device": 0.25})");
  CHECK(shared.find("448.0 GB/s scale-up per device, 50.00 GB/s scale-out per 4 devices\n") !=
        std::string::npos);
  CHECK(header(R"({"topology": "fat_tree", "k": 4})")
            .find("50.00 GB/s per port\n  1 rank per node, oversubscription 1\n") != std::string::npos);
  CHECK(header(R"({"topology": "fat_tree", "k": 4, "ranks": [5, 3, 1]})").find("3 devices in 3 nodes") !=
        std::string::npos);
  CHECK(header(R"({"topology": "torus", "dimensions": [3, 3]})").find("per node") == std::string::npos);
  // A graph says nothing of oversubscription.
  CHECK(
      header(
          R"({"topology": "graph", "devices": ["a", {"name": "b", "node": 1}], "switches": ["s"], "ranks": "strided",
                   "links": [{"from": "a", "to": "s", "bandwidth": 1e9, "latency": 0},
                             {"from": "b", "to": "s", "bandwidth": 1e9, "latency": 0}]})")
          .find("1.000 GB/s per port\n  1 rank per node (strided)\n") != std::string::npos);
}
