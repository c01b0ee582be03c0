// `epsim report` and the report of `--out`: what Chromium shows of them, and refusals that write nothing.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"

using namespace epsim;
namespace fs = std::filesystem;

namespace {

constexpr const char* hostile_name = "</script><img onerror=alert(1) src=x> & 'more' \"quotes\"";

/// A folder "result" of a comparison whose name wants to be HTML.
void compare_into(const TemporaryFolder& folder, const std::string& more = "") {
  nlohmann::json scenario = nlohmann::json::parse(read_file(shipped("mixtral_8x7b_prefill_ep8")));
  scenario["name"] = hostile_name;
  scenario["workload"]["tokens_per_device"] = 64;
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
  refuse("result/result.json", "give the folder");
  (void)folder.write("result/result.json", "{}");
  refuse("result", "result.json: is no result of epsim compare");
  (void)folder.write("result/result.json", result.substr(0, result.size() / 2));
  refuse("result", "result.json: is no result of epsim compare");
  nlohmann::json changed = nlohmann::json::parse(result);
  changed["patterns"][0]["version"] = "9.0.0+abc";
  (void)folder.write("result/result.json", changed.dump());
  refuse("result", "is of epsim 9.0.0+abc");
  changed = nlohmann::json::parse(result);
  changed["patterns"][0]["phases"]["dispatch"].erase("seconds");
  (void)folder.write("result/result.json", changed.dump());
  refuse("result", "/phases/dispatch/seconds");
  fs::remove(folder.path() / "result/result.json");
  refuse("result", "result.json");
}
