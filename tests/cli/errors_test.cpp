// Every bad input ends in a clear error on stderr, exit code 2 (1 for a failed simulation), and no output.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "tests/cli/command.hpp"

using namespace epsim;

namespace {

/// Runs `compare` on a scenario with this text.
CommandResult compare_text(const std::string& text) {
  const TemporaryFolder folder;
  return run_epsim({"compare", folder.write("scenario.json", text)});
}

void check_input_error(const CommandResult& result, const std::string& message) {
  CHECK(result.exit_code == 2);
  CHECK(result.out == "");
  CHECK_MESSAGE(result.err.find(message) != std::string::npos, result.err);
}

bool has_nothing(const std::filesystem::path& folder) {
  return !std::filesystem::exists(folder) || std::filesystem::is_empty(folder);
}

/// A comparison of many seconds: all messages of point_to_point at once.
std::vector<std::string> long_run(const std::string& out) {
  return {"compare", shipped("deepseek_v3_prefill_ep64"),
          "--set",   "/patterns/point_to_point/window=0",
          "--out",   out};
}

}  // namespace

TEST_CASE("no command an unknown command an unknown option") {
  CHECK(run_epsim({}).exit_code == 2);
  const std::string star = shipped("uniform_star16");
  check_input_error(run_epsim({"--verison"}),
                    "--verison: epsim has no such option; did you mean \"--version\"");
  check_input_error(run_epsim({"compare", star, "--egine", "fluid"}),
                    "--egine: epsim compare has no such option; did you mean --engine?");
  check_input_error(run_epsim({"run", star, "--patterns", "ring"}), "did you mean --pattern?");
  check_input_error(run_epsim({"run", star, "again"}), "again: one argument too many");
  CHECK(run_epsim({"compar"}).exit_code == 2);
  CHECK(run_epsim({"compare", shipped("uniform_star16"), "--fast"}).exit_code == 2);
}

TEST_CASE("a file that is not there") {
  check_input_error(run_epsim({"compare", "/nowhere/scenario.json"}), "/nowhere/scenario.json");
}

TEST_CASE("malformed JSON names line and column") {
  check_input_error(compare_text("{\"name\": \"x\",\n  oops}"), "scenario.json:2:3");
}

TEST_CASE("anything but an object is an input error with every option") {
  const TemporaryFolder folder;
  for (const char* text : {"[]", "null", "3"}) {
    const std::string file = folder.write("scenario.json", text);
    for (const std::vector<std::string>& options :
         std::vector<std::vector<std::string>>{{},
                                               {"--engine", "fluid"},
                                               {"--resolution", "0"},
                                               {"--set", "/name=x"},
                                               {"--set", "/0=x"},
                                               {"--out", folder.path() / "out"}}) {
      for (const char* command : {"run", "compare", "estimate", "sweep"}) {
        std::vector<std::string> arguments = {command, file};
        const bool knows = options.empty() || options.front() == "--set" || std::string(command) == "run" ||
                           std::string(command) == "compare";
        if (!knows) continue;
        arguments.insert(arguments.end(), options.begin(), options.end());
        check_input_error(run_epsim(arguments), file + ": found ");
      }
    }
  }
  CHECK(!std::filesystem::exists(folder.path() / "out"));
}

TEST_CASE("an unknown key suggests the nearest one") {
  check_input_error(compare_text(R"({"platfrom": {"topology": "star"}})"), "did you mean \"platform\"");
}

TEST_CASE("all errors of a file are reported at once") {
  const CommandResult result =
      compare_text(R"({"model": "deepseek_v33", "workload": {"tokens_per_device": -1}, "barriers": "yes"})");
  check_input_error(result, "/model");
  check_input_error(result, "deepseek_v3");
  check_input_error(result, "/workload/tokens_per_device");
  check_input_error(result, "/barriers");
}

TEST_CASE("strategies that are not there yet say so") {
  check_input_error(run_epsim({"compare", shipped("mixtral_8x7b_prefill_ep8"), "--set",
                               "/expert_parallel/communication_pattern=auto"}),
                    "not available yet");
}

TEST_CASE("sizes that do not fit together say which number to change") {
  check_input_error(run_epsim({"compare", shipped("deepseek_v3_prefill_ep64"), "--set",
                               "/expert_parallel/experts_per_device=3"}),
                    "/expert_parallel/experts_per_device");
  check_input_error(run_epsim({"compare", shipped("deepseek_v3_prefill_ep64"), "--set", "/platform/nodes=4"}),
                    "/platform/nodes");
}

TEST_CASE("a scenario that needs more memory than there is is refused with the estimate") {
  check_input_error(run_epsim({"compare", shipped("uniform_star16"), "--set", "/platform/devices=8000"}),
                    "memory");
}

TEST_CASE("matrix files: missing ragged not a number") {
  const TemporaryFolder folder;
  const std::string scenario = folder.write("scenario.json", R"({
    "platform": {"topology": "star", "devices": 2, "bandwidth": "1GBps", "latency": "1us"},
    "traffic": {"matrix_file": "bytes.txt"}})");
  check_input_error(run_epsim({"run", scenario}), "bytes.txt");
  (void)folder.write("bytes.txt", "0 1\n2\n");
  check_input_error(run_epsim({"run", scenario}), "line 2");
  (void)folder.write("bytes.txt", "0 1\n2 x\n");
  check_input_error(run_epsim({"run", scenario}), "x");
  (void)folder.write("bytes.txt", "0 1000\n2000 0\n");
  CHECK(run_epsim({"run", scenario}).exit_code == 0);
}

TEST_CASE("an unknown pattern") {
  check_input_error(run_epsim({"compare", shipped("uniform_star16"), "--patterns", "all_to_all,rnig"}),
                    "ring");
}

TEST_CASE("an unwritable output folder is refused before anything is simulated") {
  const TemporaryFolder folder;
  const std::string file = folder.write("file", "");
  check_input_error(run_epsim({"compare", shipped("uniform_star16"), "--out", file + "/below"}), file);
}

TEST_CASE("a killed simulation is an error of the simulation and leaves nothing behind") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  Command command(folder, long_run(out.string()));
  const int child = command.wait_for_child();
  REQUIRE(child > 0);
  kill(child, SIGKILL);
  const CommandResult result = command.wait();
  CHECK(result.exit_code == 1);
  CHECK_MESSAGE(result.err.find("signal 9") != std::string::npos, result.err);
  CHECK(has_nothing(out));
}

TEST_CASE("signals that ask to stop end the simulations, say so and leave nothing behind") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    const TemporaryFolder folder;
    const auto out = folder.path() / "out";
    Command command(folder, long_run(out.string()));
    const int child = command.wait_for_child();
    REQUIRE(child > 0);
    kill(command.pid(), signal);
    const CommandResult result = command.wait();
    CHECK(result.exit_code == 130);
    CHECK_MESSAGE(result.err.find("epsim: error: interrupted (") != std::string::npos, result.err);
    CHECK(kill(child, 0) != 0);  // gone
    CHECK(has_nothing(out));
  }
}

TEST_CASE("a signal before any simulation, while tokens are routed, does the same") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  Command command(folder, {"run", shipped("deepseek_v3_prefill_ep64"), "--set",
                           "/workload/tokens_per_device=65536", "--out", out.string()});
  for (int i = 0; i < 20'000 && !std::filesystem::exists(out); ++i) usleep(1000);
  kill(command.pid(), SIGTERM);
  const CommandResult result = command.wait();
  CHECK(result.exit_code == 130);
  CHECK_MESSAGE(result.err.find("epsim: error: interrupted (Terminated)") != std::string::npos, result.err);
  CHECK(!std::filesystem::exists(out));
}

TEST_CASE("names and times that are empty or none") {
  const std::string star = shipped("uniform_star16");
  check_input_error(run_epsim({"run", ""}), "SCENARIO: is empty");
  check_input_error(run_epsim({"run", star, "--out", ""}), "--out: is empty");
  for (const char* option : {"--db", "--memory-limit", "--shard"})
    check_input_error(run_epsim({"sweep", star, option, ""}), std::string(option) + ": is empty");
  check_input_error(run_epsim({"fit", star, "--format", ""}), "--format: is empty");
  for (const char* time : {"nan", "0", "-1", "inf", "1e999", "90s", ""})
    check_input_error(run_epsim({"sweep", star, "--time-limit", time}),
                      std::string("--time-limit: \"") + time + "\" is not a time");
}

TEST_CASE("standard output that is full or closed is a failure of every command that prints") {
  const TemporaryFolder folder;
  const std::string star = shipped("uniform_star16");
  const std::string sweep = std::string(EPSIM_SOURCE_DIR) + "/scenarios/sweeps/skew_by_pattern.json";
  for (const std::string& command :
       {std::string("--help"), std::string("--version"), std::string("run --help"), "run " + star,
        "compare " + star + " --json", "estimate " + star, std::string("list"),
        "sweep " + sweep + " --dry-run"})
    for (const char* where : {">/dev/full", ">&-"}) {
      const CommandResult plain = run_shell("$EPSIM " + command + " " + where, folder.path());
      CAPTURE(command);
      CHECK(plain.exit_code == 1);
      CHECK_MESSAGE(plain.err == "epsim: error: standard output: cannot be written\n", plain.err);
    }
}

TEST_CASE("a pipe that nobody reads any more is a failure, and nothing half-written stays") {
  const TemporaryFolder folder;
  CHECK(run_shell("($EPSIM list; echo $? >code) | true; test $(cat code) = 1", folder.path()).exit_code == 0);
  const CommandResult result = run_shell("($EPSIM compare " + shipped("mixtral_8x7b_prefill_ep8") +
                                             " --out out 2>&1 >/dev/null; echo $? >code) | true; ls -A out",
                                         folder.path());
  CHECK_MESSAGE(result.out.find(".tmp") == std::string::npos, result.out);
}

TEST_CASE("what is opened where standard output is closed does not get the output") {
  const TemporaryFolder folder;
  const CommandResult result =
      run_shell("$EPSIM run " + shipped("uniform_star16") + " --out results >&- <&-", folder.path());
  CHECK(result.exit_code == 1);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
    if (entry.is_regular_file()) CHECK(read_file(entry.path()).find("---  ---") == std::string::npos);
}

TEST_CASE("results never replace what they are made from") {
  const TemporaryFolder folder;
  const std::string star = folder.write(
      "result.json",
      R"({"platform": {"topology": "star", "devices": 2}, "traffic": {"matrix_file": "links.csv"}})");
  const std::string matrix = folder.write("links.csv", "0 1\n1 0\n");
  const std::string text = read_file(star);
  const auto run_into = [&](const std::string& scenario, const std::string& out) {
    return run_shell("$EPSIM run " + scenario + " --out " + out, folder.path());
  };
  check_input_error(run_into("result.json --set '/traffic={\"uniform_bytes_per_pair\":1}'", "."),
                    "result.json there is what is to be read");
  std::filesystem::rename(star, folder.path() / "star.json");
  std::filesystem::create_symlink("links.csv", folder.path() / "link.csv");
  check_input_error(run_into("star.json", "."), "links.csv there is what is to be read");
  check_input_error(run_into("star.json --set /traffic/matrix_file=link.csv", folder.path().string()),
                    "links.csv there is what is to be read");
  CHECK(read_file(matrix) == "0 1\n1 0\n");
  CHECK(read_file(folder.path() / "star.json") == text);
  CHECK(run_into("star.json", "out").exit_code == 0);
}

TEST_CASE("a full disk is a failure and the older result stays") {
  const TemporaryFolder folder;
  const std::string run = "$EPSIM compare " + shipped("mixtral_8x7b_prefill_ep8") + " --out out --quiet";
  REQUIRE(
      run_shell("mkdir out; echo old > out/result.json; echo old > out/spans.csv", folder.path()).exit_code ==
      0);
  const CommandResult result = run_shell("ulimit -f 40; " + run, folder.path());
  CHECK(result.exit_code == 1);
  CHECK_MESSAGE(result.err.find("cannot be written; nothing in --out was changed") != std::string::npos,
                result.err);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path() / "out"), {}) == 2);
  CHECK(read_file(folder.path() / "out" / "result.json") == "old\n");
}

TEST_CASE("names that are no text, values without end and files in each other's place") {
  const TemporaryFolder folder;
  const std::string star = read_file(shipped("uniform_star16"));
  const std::string nameless = R"({"platform": {"topology": "star", "devices": 2},)"
                               R"( "traffic": {"uniform_bytes_per_pair": 1}})";
  const CommandResult named = run_epsim({"run", folder.write("bad\xff.json", nameless), "--json"});
  CHECK(named.exit_code == 0);
  CHECK_MESSAGE(named.out.find(R"("scenario": "bad\\xff")") != std::string::npos, named.out);
  check_input_error(run_epsim({"run", "/nowhere/bad\xff.json"}), "/nowhere/bad\\xff.json: does not exist");
  check_input_error(run_epsim({"run", shipped("uniform_star16"), "--set", R"(/name="a\u0000b")"}),
                    "/name: \"a\\x00b\" has a control character");
  check_input_error(
      run_epsim({"run", shipped("uniform_star16"), "--set", R"(/traffic={"matrix_file": "a\u0000b"})"}),
      "has a control character");
  const std::string long_text(120'000, 'z');
  const std::vector<std::vector<std::string>> long_values = {{"--set", "/platform=" + long_text},
                                                             {"--set", "/" + long_text + "=1"},
                                                             {"--engine", long_text},
                                                             {"--set", long_text},
                                                             {"--" + long_text},
                                                             {long_text}};
  for (const std::vector<std::string>& options : long_values) {
    std::vector<std::string> arguments = {"run", shipped("uniform_star16")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const CommandResult result = run_epsim(arguments);
    CHECK(result.exit_code == 2);
    CHECK_MESSAGE(result.err.size() < 1200, result.err.substr(0, 2000));
  }
  check_input_error(run_epsim({"sweep", shipped("uniform_star16")}), "is a scenario, not a sweep");
  check_input_error(
      run_epsim({"run", std::string(EPSIM_SOURCE_DIR) + "/scenarios/sweeps/skew_by_pattern.json"}),
      "is a sweep, not a scenario");
  for (const char* model : {"null", "7", "[]"})
    check_input_error(
        run_epsim({"run", shipped("mixtral_8x7b_prefill_ep8"), "--set", std::string("/model=") + model}),
        "give a preset's name, like \"deepseek_v3\", or an object");
}
