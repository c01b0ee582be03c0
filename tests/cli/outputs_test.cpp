// What the commands print and write.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

json json_of(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const CommandResult result = run_epsim(arguments);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  // Nothing, or on a slow machine how far it has come.
  CHECK_MESSAGE(std::regex_match(result.err, std::regex("(epsim: simulating [^\n]*\n)*")), result.err);
  return json::parse(result.out);
}

json without_wall_seconds(json value) {
  if (value.is_object()) value.erase("wall_seconds");
  if (value.is_structured())
    for (auto& element : value) element = without_wall_seconds(element);
  return value;
}

/// Rows of a CSV file without quoted commas, by column name.
std::vector<std::map<std::string, std::string>> rows_of(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  const auto split = [](const std::string& row) {
    std::vector<std::string> fields;
    std::istringstream in(row + ",");
    for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
    return fields;
  };
  const std::vector<std::string> names = split(line);
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(lines, line)) {
    const std::vector<std::string> fields = split(line);
    REQUIRE(fields.size() == names.size());
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields[i];
  }
  return rows;
}

}  // namespace

TEST_CASE("help and version") {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--help"}, {"compare", "--help"}}) {
    const CommandResult help = run_epsim(arguments);
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("SCENARIO") != std::string::npos);
  }
  const CommandResult version = run_epsim({"--version"});
  CHECK(version.exit_code == 0);
  // Results bear it, and must not be taken for those of a program that was built from something else.
  CHECK_MESSAGE(std::regex_match(version.out, std::regex("epsim \\d+\\.\\d+\\.\\d+\\+[0-9a-f]{12}\n")),
                version.out);
}

TEST_CASE("the version follows every source that is built") {
  const TemporaryFolder folder;
  const std::string first = folder.write("a.cpp", "int a;");
  const std::string second = folder.write("b.hpp", "int b;");
  const auto version = [&] {
    const std::string output = folder.path() / "version.cpp";
    const std::string command = "cmake -DVERSION=1.2.3 '-DFILES=" + first + ";" + second +
                                "' -DOUTPUT=" + output + " -P " EPSIM_SOURCE_DIR "/analysis/version.cmake";
    REQUIRE(std::system(command.c_str()) == 0);
    return read_file(output);
  };
  const std::string before = version();
  CHECK(before.find("1.2.3+") != std::string::npos);
  CHECK(version() == before);
  static_cast<void>(folder.write("b.hpp", "int c;"));
  CHECK(version() != before);
}

TEST_CASE("the uniform star meets its closed forms") {
  // S = 1 MiB, B = 50 GB/s, L = 2 us, N = 16: see the scenario's "expect".
  const json result = json_of({"compare", shipped("uniform_star16")});
  std::map<std::string, double> seconds;
  for (const json& pattern : result["patterns"]) {
    seconds[pattern["pattern"]] = pattern["layer_seconds"];
    CHECK(pattern["load"].is_null());
    CHECK(pattern["layer_seconds"] == pattern["phases"]["dispatch"]["seconds"]);
    CHECK(pattern["communication_efficiency"] <= 1.0);
  }
  const double direct = 15 * 1048576 / 50e9 + 4e-6;
  CHECK(seconds.at("all_to_all") == doctest::Approx(direct).epsilon(1e-6));
  CHECK(seconds.at("point_to_point") == doctest::Approx(direct).epsilon(1e-6));
  CHECK(seconds.at("hierarchical") == doctest::Approx(direct).epsilon(1e-6));
  CHECK(seconds.at("ring") == doctest::Approx(120 * 1048576 / 50e9 + 15 * 4e-6).epsilon(1e-6));
}

TEST_CASE("the cross-check figures of SMPI 3.32 within 0.2 percent") {
  // The same star with 256 and 1,024 ranks; SMPI adds a small constant of its own.
  const auto seconds = [](int devices, const std::string& option) {
    return json_of({"run", shipped("uniform_star16"), "--set", "/platform/devices=" + std::to_string(devices),
                    "--set", option})["layer_seconds"]
        .get<double>();
  };
  const std::string pairwise = "/patterns/all_to_all/algorithm=pairwise";
  CHECK(seconds(256, "/patterns/all_to_all/window=0") == doctest::Approx(5.355911e-3).epsilon(2e-3));
  CHECK(seconds(256, pairwise) == doctest::Approx(6.371911e-3).epsilon(2e-3));
  CHECK(seconds(1024, pairwise) == doctest::Approx(25.550530e-3).epsilon(2e-3));
}

TEST_CASE("the same scenario gives the same output to the byte") {
  const std::vector<std::string> arguments = {"compare", shipped("mixtral_8x7b_prefill_ep8")};
  CHECK(without_wall_seconds(json_of(arguments)).dump() == without_wall_seconds(json_of(arguments)).dump());
}

TEST_CASE("resolved_scenario is a scenario with the same result") {
  const json first = json_of({"run", shipped("mixtral_8x7b_prefill_ep8")});
  const TemporaryFolder folder;
  const json second = json_of({"run", folder.write("again.json", first["resolved_scenario"].dump())});
  CHECK(without_wall_seconds(first) == without_wall_seconds(second));
}

TEST_CASE("a scenario that pins no size moves to another one by its nodes alone") {
  const TemporaryFolder folder;
  const std::string scenario = folder.write("unpinned.json", R"({
    "model": "qwen3_235b_a22b", "platform": {"preset": "h100_rail_optimized", "nodes": 1},
    "workload": {"tokens_per_device": 64}})");
  for (const int nodes : {1, 2, 4}) {
    const json result = json_of({"run", scenario, "--set", "/platform/nodes=" + std::to_string(nodes)});
    const json& sizes = result["resolved_scenario"]["expert_parallel"];
    CHECK(sizes["expert_parallel_size"] == 8 * nodes);
    CHECK(sizes["experts_per_device"] == 128 / (8 * nodes));
    CHECK(result["load"]["device_loads"].size() == static_cast<std::size_t>(8 * nodes));
  }
}

TEST_CASE("an --out folder that was used before holds the new run alone") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  REQUIRE(run_epsim({"compare", shipped("uniform_star16"), "--out", out}).exit_code == 0);
  REQUIRE(std::filesystem::exists(out + "/trace_all_to_all.json"));
  (void)folder.write("out/trace_mine.json", "kept");
  REQUIRE(run_epsim({"run", shipped("uniform_star16"), "--pattern", "ring", "--out", out}).exit_code == 0);
  CHECK(std::filesystem::exists(out + "/trace_ring.json"));
  CHECK(!std::filesystem::exists(out + "/trace_all_to_all.json"));
  CHECK(read_file(out + "/trace_mine.json") == "kept");  // a user's own file
}

TEST_CASE("barriers keep every phase behind the one before it") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  REQUIRE(run_epsim({"run", shipped("mixtral_8x7b_prefill_ep8"), "--pattern", "point_to_point", "--set",
                     "/barriers=true", "--out", out})
              .exit_code == 0);
  std::map<std::string, double> first_start;
  std::map<std::string, double> last_end;
  for (const auto& row : rows_of(read_file(out + "/spans.csv"))) {
    const std::string& phase = row.at("phase");
    const double start = std::stod(row.at("start_seconds"));
    if (!first_start.contains(phase) || start < first_start[phase]) first_start[phase] = start;
    last_end[phase] = std::max(last_end[phase], std::stod(row.at("end_seconds")));
  }
  CHECK(first_start.at("dispatch") >= last_end.at("gate"));
  CHECK(first_start.at("expert") >= last_end.at("dispatch"));
  CHECK(first_start.at("combine") >= last_end.at("expert"));
}

TEST_CASE("steps see different tokens but one gate") {
  const json result = json_of({"run", shipped("mixtral_8x7b_prefill_ep8"), "--set", "/workload/steps=3",
                               "--set", "/workload/tokens_per_device=512"});
  REQUIRE(result["steps"].size() == 3);
  double total = 0;
  for (const json& step : result["steps"]) total += step["layer_seconds"].get<double>();
  CHECK(result["total_seconds"] == doctest::Approx(total).epsilon(1e-12));
  CHECK(result["steps"][0]["load"]["expert_loads"] != result["steps"][1]["load"]["expert_loads"]);
  CHECK(result["load"] == result["steps"][2]["load"]);
}

TEST_CASE("--blame tells where the time went and what it would be without") {
  const std::vector<std::string> run = {"run", shipped("mixtral_8x7b_prefill_ep8"), "--engine", "fluid",
                                        "--blame"};
  const json result = json_of(run);
  double sum = 0;
  for (const json& seconds : result["blame"]["seconds"]) sum += seconds.get<double>();
  CHECK(sum == doctest::Approx(result["layer_seconds"].get<double>()).epsilon(1e-12));
  CHECK(result["blame"]["what_if"][0]["without"] == "computation");
  CHECK(result["blame"]["what_if"][0]["layer_seconds"] < result["layer_seconds"]);
  CHECK(result["waits"].size() == 2 * 8 * 7);  // every pair in both phases
  const CommandResult text = run_epsim(run);
  CHECK(text.out.find("hot device") != std::string::npos);
  CHECK(text.out.find("layer without it") != std::string::npos);
  CHECK(text.out.find("longest waits of") != std::string::npos);
  CHECK(text.out.find("most would be gained without: computation (-") != std::string::npos);
  // Without the option neither, and the longest waits alone.
  const json plain = json_of({run.begin(), run.end() - 1});
  CHECK(plain["blame"]["what_if"].is_null());
  CHECK(plain["waits"].size() == 10);
}

TEST_CASE("--set changes the scenario") {
  const std::string scenario = shipped("mixtral_8x7b_prefill_ep8");
  const json fewer = json_of({"run", scenario, "--set", "/workload/tokens_per_device=1024"});
  CHECK(fewer["resolved_scenario"]["workload"]["tokens_per_device"] == 1024);
  CHECK(fewer["statistics"]["total_tokens_routed"] == 8 * 1024);
  const json ring = json_of({"run", scenario, "--pattern", "ring"});
  CHECK(ring["pattern"] == "ring");
}

TEST_CASE("without --out nothing is written") {
  const TemporaryFolder folder;
  const std::string scenario = folder.write("scenario.json", read_file(shipped("uniform_star16")));
  REQUIRE(run_epsim({"compare", scenario}).exit_code == 0);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++files;
  CHECK(files == 1);
}

namespace {

/// What a viewer relies on: every event is of a named process, slices of a thread do not overlap, counters go
/// on in time.
void check_trace(const json& trace) {
  std::set<int> named;
  std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> slices;
  std::map<std::pair<int, std::string>, double> counted;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] == "M" && event["name"] == "process_name") named.insert(event["pid"].get<int>());
    if (event["ph"] == "X") slices[{event["pid"], event["tid"]}].emplace_back(event["ts"], event["dur"]);
    if (event["ph"] == "C") {
      const auto [last, is_first] = counted.try_emplace({event["pid"], event["name"]}, -1.0);
      CHECK(event["ts"].get<double>() > last->second);
      last->second = event["ts"];
      for (const json& value : event["args"]) CHECK(value.get<double>() >= 0);
    }
  }
  for (const json& event : trace["traceEvents"]) CHECK(named.contains(event["pid"].get<int>()));
  for (auto& [thread, intervals] : slices) {
    std::sort(intervals.begin(), intervals.end());
    double end = 0;
    for (const auto& [begin, length] : intervals) {
      CHECK(begin >= end - 1e-6);  // microseconds with three places
      end = begin + length;
    }
  }
  CHECK(counted.size() >= 3);
}

}  // namespace

TEST_CASE("--out: result traces and CSV agree with each other") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "new" / "out";
  const CommandResult command =
      run_epsim({"compare", shipped("mixtral_8x7b_prefill_ep8"), "--json", "--out", out.string()});
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  const json printed = json::parse(command.out);
  const json result = json::parse(read_file(out / "result.json"));
  CHECK(result == printed);

  std::map<std::string, double> last_end;
  std::map<std::string, std::int64_t> bytes;
  for (const auto& row : rows_of(read_file(out / "spans.csv"))) {
    const std::string& pattern = row.at("pattern");
    last_end[pattern] = std::max(last_end[pattern], std::stod(row.at("end_seconds")));
    if (row.at("kind") == "transfer") bytes[pattern] += std::stoll(row.at("bytes"));
  }
  for (const json& pattern : result["patterns"]) {
    const std::string name = pattern["pattern"];
    CHECK(last_end.at(name) == doctest::Approx(pattern["layer_seconds"].get<double>()).epsilon(1e-9));
    CHECK(bytes.at(name) == pattern["phases"]["dispatch"]["bytes"].get<std::int64_t>() +
                                pattern["phases"]["combine"]["bytes"].get<std::int64_t>());

    const json trace = json::parse(read_file(out / ("trace_" + name + ".json")));
    check_trace(trace);
    std::multiset<std::int64_t> starts;
    std::multiset<std::int64_t> finishes;
    for (const json& event : trace["traceEvents"]) {
      if (event["ph"] == "s") starts.insert(event["id"].get<std::int64_t>());
      if (event["ph"] == "f") finishes.insert(event["id"].get<std::int64_t>());
    }
    CHECK(!starts.empty());
    CHECK(starts == finishes);
    CHECK(std::set(starts.begin(), starts.end()).size() == starts.size());
  }
  for (const auto& row : rows_of(read_file(out / "links.csv")))
    CHECK(std::stod(row.at("utilization")) <= 1.0);
}

namespace {

/// The bytes of a link: its rate over time, added up.
double bytes_of_paje(const std::string& trace, const std::string& link) {
  std::istringstream lines(trace);
  std::string variable;
  std::string container;
  double bytes = 0;
  double since = 0;
  double rate = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    if (words.empty()) continue;
    if (words[0] == "1" && words.size() > 3 && words[3] == "bytes_per_second") variable = words[1];
    if (words[0] == "6" && line.ends_with('"' + link + '"')) container = words[2];
    if (words[0] != "8" || words[2] != variable || words[3] != container) continue;
    bytes += rate * (std::stod(words[1]) - since);
    since = std::stod(words[1]);
    rate = std::stod(words[4]);
  }
  CHECK(rate == 0);
  return bytes;
}

}  // namespace

TEST_CASE("--paje writes SimGrid's own trace and says where it cannot") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "o, u t").string();
  const std::vector<std::string> run = {"run", shipped("uniform_star16"), "--paje"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = run;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_epsim(arguments);
  };
  REQUIRE(with({"--out", out}).exit_code == 0);
  const std::string trace = read_file(out + "/trace_all_to_all.paje");
  CHECK(trace.starts_with("#This file was generated using SimGrid"));
  CHECK(trace.find("\n7 0.000318573 ") != std::string::npos);  // containers end with the run
  // 15 MiB leave every device over its port, to the rounding of times to nanoseconds.
  CHECK(bytes_of_paje(trace, "l0 d0->switch") == doctest::Approx(15 * 1048576).epsilon(1e-4));
  REQUIRE(run_epsim({"run", shipped("uniform_star16"), "--out", out}).exit_code == 0);
  CHECK(!std::filesystem::exists(out + "/trace_all_to_all.paje"));  // it was the older result's
  CHECK(with({}).err.find("error: --paje: there is no folder to write to; name one with --out") !=
        std::string::npos);
  const CommandResult fluid = with({"--out", out, "--engine", "fluid"});
  CHECK(fluid.exit_code == 2);
  CHECK(fluid.err.find("error: --paje: the fluid engine") != std::string::npos);
}

TEST_CASE("list names what there is") {
  const CommandResult list = run_epsim({"list"});
  CHECK(list.exit_code == 0);
  for (const char* name :
       {"deepseek_v3", "h800_rail_optimized", "hierarchical", "learned_gating", "nccl", "start_up 10us ("})
    CHECK_MESSAGE(list.out.find(name) != std::string::npos, name);
}
