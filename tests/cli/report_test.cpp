// `epsim report` and the report of `--out`: what Chromium shows of them, and refusals that write nothing.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "analysis/exports/output_directory.hpp"
#include "analysis/report/comparison.hpp"
#include "analysis/report/page.hpp"
#include "platforms/error.hpp"
#include "scenarios/reader/embedded.hpp"
#include "tests/cli/command.hpp"
#include "tests/fuzz/mutator.hpp"

using namespace epsim;
namespace fs = std::filesystem;

namespace {

constexpr const char* hostile_name = "</script><img onerror=alert(1) src=x> & 'more' \"quotes\"";

/// A folder "result" of a comparison whose name wants to be HTML.
void compare_into(const TemporaryFolder& folder, const std::string& more = "") {
  nlohmann::json scenario = nlohmann::json::parse(read_file(shipped("glm_4_5_prefill_ep16")));
  scenario["name"] = hostile_name;
  scenario["workload"]["tokens_per_device"] = 64;
  scenario["workload"]["steps"] = 3;
  scenario["expert_parallel"]["drop_tokens"] = true;
  (void)folder.write("scenario.json", scenario.dump());
  const CommandResult compare =
      run_shell("$EPSIM compare scenario.json --engine fluid --out result " + more, folder.path());
  REQUIRE_MESSAGE(compare.exit_code == 0, compare.err);
}

/// What is wrong with the page; empty: nothing.
std::string faults_in(const fs::path& page, const std::string& title, const std::string& result) {
  const TemporaryFolder folder;
  (void)folder.write("title", title);
  const CommandResult browser = run_shell("node " + std::string(EPSIM_SOURCE_DIR) +
                                              "/tests/report/browser.cjs " EPSIM_NODE_MODULES " " +
                                              page.string() + " \"$(cat title)\" " + result,
                                          folder.path());
  return browser.exit_code == 0 ? "" : browser.out + browser.err;
}

}  // namespace

TEST_CASE("report: a comparison in Chromium") {
  const TemporaryFolder folder;
  compare_into(folder);
  const fs::path page = folder.path() / "result/report.html";
  CHECK(faults_in(page, hostile_name, (folder.path() / "result/result.json").string()) == "");
  const std::string written = read_file(page);
  const CommandResult report = run_shell("$EPSIM report result --output again.html", folder.path());
  CHECK_MESSAGE(report.exit_code == 0, report.err);
  CHECK(report.out == "again.html\n");
  CHECK(read_file(folder.path() / "again.html") == written);
  // As a program has it that was built without the charts' library.
  nlohmann::ordered_json data = comparison_data(folder.path() / "result");
  data["no_charts"] = "install npm";
  std::vector<std::string_view> scripts;
  for (const EmbeddedFile& file : embedded_report_scripts()) scripts.push_back(file.text);
  std::ofstream page_without_charts(folder.path() / "bare.html");
  write_page(page_without_charts, {embedded_report_styles()[0].text, scripts, ""}, "t", data);
  page_without_charts.close();
  CHECK(faults_in(folder.path() / "bare.html", hostile_name,
                  (folder.path() / "result/result.json").string()) == "");
}

TEST_CASE(
    "report: direct traffic on a torus in Chromium, with a device that only receives and one that is idle") {
  const TemporaryFolder folder;
  std::string matrix;
  for (int from = 0; from < 16; ++from)
    for (int to = 0; to < 16; ++to)
      matrix += (from < 14 && to != 14 && from != to ? std::to_string(1000 * (from + to)) : "0") +
                (to == 15 ? "\n" : " ");
  (void)folder.write("matrix.txt", matrix);
  (void)folder.write("torus.json",
                     R"({"name": "torus", "traffic": {"matrix_file": "matrix.txt"}, "transport": "ideal",
    "platform": {"topology": "torus", "dimensions": [4, 4], "bandwidth": "45GBps", "latency": "1us"}})");
  const CommandResult run = run_shell("$EPSIM run torus.json --out result", folder.path());
  REQUIRE_MESSAGE(run.exit_code == 0, run.err);
  CHECK(faults_in(folder.path() / "result/report.html", "torus",
                  (folder.path() / "result/result.json").string()) == "");
}

TEST_CASE("report: a sweep in Chromium, and a database without results") {
  const TemporaryFolder folder;
  nlohmann::json sweep = {
      {"name", hostile_name},
      {"base", nlohmann::json::parse(read_file(shipped("glm_4_5_prefill_ep16")))},
      {"grid", {{"/workload/tokens_per_device", {16, 256}}, {"/workload/skew", {0, 0.5, 1}}}},
      {"seeds", 3},
      {"patterns", {"all_to_all", "hierarchical"}}};
  sweep["base"]["workload"]["steps"] = 1;
  sweep["base"]["engine"] = "fluid";
  (void)folder.write("s.json", sweep.dump());
  const CommandResult run = run_shell("$EPSIM sweep s.json --quiet && $EPSIM report s.db", folder.path());
  REQUIRE_MESSAGE(run.exit_code == 0, run.err);
  CHECK(run.out.ends_with("report.html\n"));
  CHECK(faults_in(folder.path() / "report.html", hostile_name, "") == "");
  sweep["base"]["platform"]["devices_per_node"] = 1000000000;
  (void)folder.write("f.json", sweep.dump());
  CHECK(run_shell("$EPSIM sweep f.json --quiet", folder.path()).exit_code != 0);
  (void)folder.write("empty.db", "");
  for (const char* database : {"f.db", "empty.db", "s.json"}) {
    const CommandResult refused =
        run_shell(std::string("$EPSIM report ") + database + " --output no.html", folder.path());
    CHECK(refused.exit_code == 2);
    CHECK_MESSAGE(refused.err.find(database) != std::string::npos, refused.err);
    CHECK(!fs::exists(folder.path() / "no.html"));
  }
}

TEST_CASE("report: what is incomplete or of another version or not ours is refused and nothing is written") {
  const TemporaryFolder folder;
  compare_into(folder);
  fs::remove(folder.path() / "result/report.html");
  const std::string result = read_file(folder.path() / "result/result.json");
  const auto refuse = [&](const std::string& input, const std::string& words) {
    const CommandResult report = run_shell("$EPSIM report " + input, folder.path());
    CHECK(report.exit_code == 2);
    CHECK(report.out.empty());
    CHECK_MESSAGE(report.err.starts_with("epsim: error: "), report.err);
    CHECK_MESSAGE(report.err.find(words) != std::string::npos, report.err);
    CHECK(!fs::exists(folder.path() / "result/report.html"));
  };
  refuse("nothing", "nothing");
  refuse("result/result.json", "give its folder");
  const auto refuse_result = [&](const std::string& text, const std::string& words) {
    (void)folder.write("result/result.json", text);
    refuse("result", words);
  };
  const auto refuse_value = [&](const char* pointer, const nlohmann::json& value, const std::string& words) {
    nlohmann::json changed = nlohmann::json::parse(result);
    changed[nlohmann::json::json_pointer(pointer)] = value;
    refuse_result(changed.dump(), words);
  };
  refuse_result("{}", "result.json: is no result of epsim compare");
  refuse_result(result.substr(0, result.size() / 2), "result.json: is no result of epsim compare");
  refuse_result(R"({"a": )" + std::string(300'000, '[') + std::string(300'000, ']') + "}", "is no result");
  refuse_value("/patterns/0/version", "9.0.0+abc", "is of epsim 9.0.0+abc");
  refuse_value("/patterns/1/phases/dispatch", nlohmann::json::object(), "/patterns/1/phases/dispatch/");
  refuse_value("/patterns/0/phases/dispatch/bytes", "many", "/phases/dispatch/bytes");
  refuse_value("/patterns/0/phases/combine/logical_bytes", nullptr, "/phases/combine/logical_bytes");
  refuse_value("/patterns/0/blame/seconds", nlohmann::json::object(), "/blame/seconds/start_up");
  refuse_value("/patterns/0/load", nlohmann::json::object(), "/load/expert_loads");
  refuse_value("/patterns/0/steps/0", 1, "/steps/0/layer_seconds");
  refuse_value("/patterns/1/pattern", "all_to_all", "has a pattern twice");
  refuse_value("/patterns/1/layer_seconds", 1.0, "result.json and spans.csv are of different runs");
  refuse_value("/patterns/0/phases/combine/logical_bytes", 1,
               "result.json and traffic.csv are of different runs");
  (void)folder.write("result/result.json", result);
  for (const char* name : {"spans.csv", "critical_path.csv", "waits.csv", "links.csv", "traffic.csv",
                           "topology.csv", "link_use.csv"}) {
    const std::string file = std::string("result/") + name;
    const std::string text = read_file(folder.path() / file);
    (void)folder.write(file, text.substr(0, text.size() / 2));
    refuse("result", "incomplete");
    (void)folder.write(file, "a,b\n1,2\n");
    refuse("result", std::string(name) + ":1: incomplete, without column");
    (void)folder.write(file, text.substr(0, text.find('\n') + 1));
    refuse("result", name == std::string("topology.csv") ? "not in topology.csv" : name);
    fs::remove(folder.path() / file);
    refuse("result", std::string(name) + ": does not exist");
    (void)folder.write(file, text);
  }
  const auto refuse_table = [&](const std::string& name, const std::string& from, const std::string& to,
                                const std::string& words) {
    const std::string text = read_file(folder.path() / "result" / name);
    std::string other = text;
    REQUIRE(other.find(from) != std::string::npos);
    other.replace(other.find(from), from.size(), to);
    (void)folder.write("result/" + name, other);
    refuse("result", words);
    (void)folder.write("result/" + name, text);
  };
  refuse_table("traffic.csv", "\ncombine,", "\ncombined,", "\"combined\" is not known");
  refuse_table("traffic.csv", "\ndispatch,none,0,1,", "\ndispatch,none,0,2,", "is there twice");
  refuse_table("waits.csv", "\nall_to_all,", "\nnone_to_all,",
               "pattern \"none_to_all\" is not in result.json");
  refuse_table("spans.csv", ",computation,,,,0,", ",computation,,,,7,", "ends before it begins");
  refuse_table("spans.csv", ",computation,,,,0,", ",computation,,,,x,", "\"x\" is not a number");
  for (const char* input : {"result.json", "spans.csv"})
    refuse("result --output result/" + std::string(input), "is what is to be read");
  fs::remove(folder.path() / "result/result.json");
  refuse("result", "result.json");
}

TEST_CASE("report: damaged files are refused or shown but never break the program") {
  const TemporaryFolder folder;
  const CommandResult run =
      run_shell("$EPSIM compare " + shipped("mixtral_8x7b_prefill_ep8") +
                    " --patterns ring,point_to_point --engine fluid --out result --quiet"
                    " --set /workload/tokens_per_device=16 --set /workload/steps=2",
                folder.path());
  REQUIRE_MESSAGE(run.exit_code == 0, run.err);
  Mutator mutator(1);
  int refused = 0;
  constexpr int rounds = 25;
  for (int round = 0; round < rounds; ++round)
    for (const char* name : result_files::all) {
      const std::string file = std::string("result/") + name;
      const std::string text = read_file(folder.path() / file);
      (void)folder.write(file, mutator.next({text}, std::string(name) == "result.json"));
      CAPTURE(round);
      CAPTURE(name);
      try {
        (void)comparison_data(folder.path() / "result")
            .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
      } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::input);
        ++refused;
      }
      (void)folder.write(file, text);
    }
  CHECK(refused > rounds);
  CHECK_NOTHROW((void)comparison_data(folder.path() / "result"));
}
