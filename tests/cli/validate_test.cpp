// Published measurements beside simulated times: the numbers that epsim promises.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>

#include "tests/cli/command.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

std::string case_file(const std::string& id) {
  return (std::filesystem::path(EPSIM_SOURCE_DIR) / "scenarios" / "validation" / (id + ".json")).string();
}

json run_of(const std::vector<std::string>& arguments) {
  const CommandResult command = run_epsim(arguments);
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  return json::parse(command.out);
}

}  // namespace

TEST_CASE("validate: kernels within 10 percent of what was published and 3 on average and skew within 25") {
  const CommandResult text = run_epsim({"validate", "--quiet"});
  REQUIRE_MESSAGE(text.exit_code == 0, text.err);
  // Lines of times end in their error, those of ratios too; tables of means between them have no sign.
  const std::regex error_at_end(R"(([+-][0-9.]+) %\s*(not counted)?\s*$)");
  std::istringstream lines(text.out);
  double sum = 0;
  int counted = 0;
  int ratios = 0;
  bool are_ratios = false;
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    are_ratios = are_ratios || line.starts_with("Skewed over balanced layer");
    std::smatch match;
    if (!std::regex_search(line, match, error_at_end)) continue;
    const double error = std::abs(std::stod(match[1]));
    if (are_ratios) {
      CHECK(error <= 25);
      ++ratios;
    } else if (!match[2].matched) {
      CHECK(error <= 10);
      sum += error;
      ++counted;
    }
  }
  CHECK(counted == 45);
  CHECK(ratios == 4);
  CHECK(sum / counted <= 3);
  // What transports say of themselves is what comes out.
  for (const char* transport : {"deepep_low_latency", "deepep_normal", "nccl", "nvlink_one_sided"}) {
    CAPTURE(transport);
    const json said = json::parse(read_file(std::filesystem::path(EPSIM_SOURCE_DIR) / "sim" / "transports" /
                                            (std::string(transport) + ".json")))["validated"]["error"];
    const std::regex together(R"(\n)" + std::string(transport) +
                              R"( [^]*?together +(\d+) +([0-9.]+) % +([0-9.]+) %)");
    std::smatch match;
    const std::string means = text.out.substr(text.out.find("\n\ntransport ") + 1);
    REQUIRE(std::regex_search(means, match, together));
    CHECK(std::stoi(match[1]) == said["times"]);
    CHECK(std::stod(match[2]) == doctest::Approx(100 * said["mean"].get<double>()));
    CHECK(std::stod(match[3]) == doctest::Approx(100 * said["largest"].get<double>()));
  }
  // The README shows the errors by case and what follows.
  const std::string errors = text.out.substr(text.out.find("\n\ntransport ") + 2);
  std::ifstream file(std::filesystem::path(EPSIM_SOURCE_DIR) / "README.md");
  const std::string readme((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  CHECK_MESSAGE(readme.find("```\n" + errors + "```\n") != std::string::npos, errors);
}

TEST_CASE("validate: what JSON says of a time") {
  const json times = run_of({"validate", "deepep_low_latency_ep8", "--json"});
  REQUIRE(times.size() == 2);
  for (const json& one : times) {
    CHECK(one["id"] == "deepep_low_latency_ep8");
    CHECK(one["tokens_per_device"] == 128);
    CHECK(one["counted"] == true);
    CHECK(
        one["relative_error"].get<double>() ==
        doctest::Approx(one["simulated_seconds"].get<double>() / one["published_seconds"].get<double>() - 1));
  }
  CHECK(times[0]["phase"] == "dispatch");
  CHECK(times[0]["published_seconds"].get<double>() == doctest::Approx(77e-6));
}

TEST_CASE("validate: DeepEP's normal kernels are bound by NICs on four nodes and by NVLink on one") {
  CHECK(run_of({"run", case_file("deepep_normal_ep32"), "--json"})["busiest_link"]["class"] == "scale_out");
  CHECK(run_of({"run", case_file("deepep_normal_ep8"), "--json"})["busiest_link"]["class"] == "scale_up");
}

TEST_CASE("validate: what was counted lies in the range that its transport names") {
  for (const char* id :
       {"deepep_normal_ep8", "deepep_normal_ep32", "deepep_low_latency_ep8", "deepep_low_latency_ep64",
        "trtllm_nvl72_ep8", "trtllm_nvl72_ep64", "nccl_alltoall_8_h100", "nccl_alltoall_2x8_b200"}) {
    CAPTURE(id);
    CHECK(run_epsim({"run", case_file(id)}).out.find("outside the validated range") == std::string::npos);
  }
  const CommandResult larger =
      run_epsim({"run", case_file("deepep_low_latency_ep64"), "--set", "/platform/nodes=16"});
  CHECK(larger.out.find("outside the validated range: deepep_low_latency (point_to_point on 8 to 64 H800") !=
        std::string::npos);
}

TEST_CASE("validate: every case moves to another size by a few overrides") {
  // EP16: nothing that follows from the size is written down.
  const json normal = run_of({"run", case_file("deepep_normal_ep32"), "--json", "--set", "/platform/nodes=2",
                              "--set", "/workload/tokens_per_device=512"});
  CHECK(normal["resolved_scenario"]["expert_parallel"]["expert_parallel_size"] == 16);
  CHECK(normal["resolved_scenario"]["expert_parallel"]["expert_groups"] == 2);
  CHECK(normal["resolved_scenario"]["expert_parallel"]["kept_groups"] == 2);
  const json one_sided = run_of(
      {"run", case_file("trtllm_nvl72_ep64"), "--json", "--set", "/expert_parallel/expert_parallel_size=32"});
  CHECK(one_sided["resolved_scenario"]["expert_parallel"]["experts_per_device"] == 8);
  const json nccl =
      run_of({"run", case_file("nccl_alltoall_8_h100"), "--json", "--set", "/platform/devices_per_node=4"});
  CHECK(nccl["resolved_scenario"]["traffic"]["uniform_bytes_per_pair"] == 134217728);
}

TEST_CASE("validate: a case is predicted by a transport that was fitted to the others") {
  const CommandResult text = run_epsim({"validate", "--fit-without", "deepep_low_latency_ep64", "--quiet"});
  REQUIRE(text.exit_code == 0);
  CHECK(text.out.find("deepep_low_latency, fitted to 2 of its cases") == 0);
  const json times = run_of({"validate", "--fit-without", "deepep_low_latency_ep64", "--json"});
  REQUIRE(times.size() == 2);
  for (const json& one : times) {
    CHECK(one["id"] == "deepep_low_latency_ep64");
    CHECK(std::abs(one["relative_error"].get<double>()) < 0.05);
  }
  // Not what the preset says, which was fitted to this case, too.
  const json preset = run_of({"validate", "deepep_low_latency_ep64", "--json"});
  CHECK(preset[0]["simulated_seconds"] != times[0]["simulated_seconds"]);
}

TEST_CASE("validate: --fit fits a transport to all of its cases and compares with that") {
  const CommandResult text = run_epsim({"validate", "deepep_low_latency_ep8", "--fit", "--quiet"});
  REQUIRE(text.exit_code == 0);
  CHECK(text.out.find("deepep_low_latency, fitted to 3 of its cases") == 0);
  const json fitted = run_of({"validate", "deepep_low_latency_ep8", "--fit", "--json"});
  const json preset = run_of({"validate", "deepep_low_latency_ep8", "--json"});
  CHECK(fitted[0]["simulated_seconds"] != preset[0]["simulated_seconds"]);
  CHECK(fitted[0]["simulated_seconds"].get<double>() ==
        doctest::Approx(preset[0]["simulated_seconds"].get<double>()).epsilon(0.03));
}

TEST_CASE("run: --rates adds the rates that tools quote") {
  const std::vector<std::string> run = {"run", case_file("deepep_low_latency_ep8"), "--quiet"};
  std::vector<std::string> with_rates = run;
  with_rates.push_back("--rates");
  const std::string plain = run_epsim(run).out;
  const std::string more = run_epsim(with_rates).out;
  CHECK(more.find(plain) == 0);
  CHECK(plain.find("algbw") == std::string::npos);
  CHECK(more.find("algbw") != std::string::npos);
}

TEST_CASE("validate: a measurement of one's own, and names that do not exist") {
  const TemporaryFolder folder;
  json own =
      json::parse(R"({"platform": {"topology": "star", "devices": 4, "bandwidth": "1GBps", "latency": "1us"},
                             "traffic": {"bytes_per_rank": 4000000}, "transport": {"start_up": "1ms"},
                             "published": [{"bytes_per_rank": 4000000, "dispatch": "5ms"}]})");
  const std::string file = folder.write("own.json", own.dump());
  // 3 x 1 MB at 1 GB/s, 1 ms before it and 2 us of latency: 4.002 ms.
  const json times = run_of({"validate", file, "--json"});
  REQUIRE(times.size() == 1);
  CHECK(times[0]["simulated_seconds"].get<double>() == doctest::Approx(4.002e-3).epsilon(1e-9));
  CHECK(times[0]["relative_error"].get<double>() == doctest::Approx(4.002 / 5 - 1).epsilon(1e-9));
  own.erase("published");
  const CommandResult without = run_epsim({"validate", folder.write("own.json", own.dump())});
  CHECK(without.exit_code == 2);
  CHECK(without.err.find("has no \"published\" times") != std::string::npos);
  const CommandResult unknown = run_epsim({"validate", "deepep_normal_ep16"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.err.find("\"deepep_normal_ep16\" is not a case that was published; did you mean") !=
        std::string::npos);
  const CommandResult alone = run_epsim({"validate", "--fit-without", file});
  CHECK(alone.exit_code == 2);
}
