// `epsim plot`: files that viewers accept, and refusals that write nothing.
#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "tests/cli/command.hpp"

using namespace epsim;

namespace {

/// Whole by its first and last bytes, and not just a frame.
bool is_picture(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  if (text.size() < 2000) return false;
  if (file.extension() == ".pdf") return text.starts_with("%PDF-") && text.ends_with("%%EOF\n");
  if (file.extension() == ".svg") return text.starts_with("<?xml") && text.ends_with("</svg>\n");
  return text.starts_with("\x89PNG\r\n") && text.find("IEND") == text.size() - 8;
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  if (std::filesystem::exists(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      names.insert(entry.path().filename());
  return names;
}

/// What `epsim plot` draws into "plots" of `folder`, all of them pictures, and printed.
std::set<std::string> plots_of(const TemporaryFolder& folder, const std::string& arguments) {
  const CommandResult plot = run_shell("$EPSIM plot " + arguments + " --out plots", folder.path());
  CHECK_MESSAGE(plot.exit_code == 0, plot.err);
  std::set<std::string> printed;
  std::istringstream lines(plot.out);
  for (std::string line; std::getline(lines, line);) printed.insert(std::filesystem::path(line).filename());
  const std::set<std::string> drawn = names_in(folder.path() / "plots");
  CHECK(printed == drawn);
  for (const std::string& name : drawn) CHECK_MESSAGE(is_picture(folder.path() / "plots" / name), name);
  return drawn;
}

/// A folder "result" of a run of one pattern.
void run_into(const TemporaryFolder& folder) {
  const CommandResult run = run_shell("$EPSIM run " + shipped("mixtral_8x7b_prefill_ep8") +
                                          " --pattern ring --engine fluid --out result --set "
                                          "/workload/tokens_per_device=64 --set '/name=\"a $5 router\"'",
                                      folder.path());
  REQUIRE_MESSAGE(run.exit_code == 0, run.err);
}

}  // namespace

TEST_CASE("plot: everything that a result has") {
  const TemporaryFolder folder;
  run_into(folder);
  std::set<std::string> expected;
  for (const char* name : {"comparison", "blame", "timeline_ring", "traffic_ring", "waits_ring"})
    for (const char* format : {".pdf", ".svg", ".png"}) expected.insert(std::string(name) + format);
  CHECK(plots_of(folder, "result") == expected);
}

TEST_CASE("plot: a sweep and a validation") {
  const TemporaryFolder folder;
  (void)folder.write("sweep.csv",
                     "point,seed,pattern,/workload/tokens_per_device,layer_seconds,status\n"
                     "0,1,ring,64,1e-3,done\n1,2,ring,64,2e-3,done\n"
                     "2,1,ring,4096,3e-2,done\n3,2,ring,4096,,failed\n"
                     "0,1,hierarchical,64,1e-4,done\n2,1,hierarchical,4096,3e-3,done\n");
  CHECK(plots_of(folder, "sweep.csv --format svg") == std::set<std::string>{"sweep.svg"});
  std::filesystem::remove_all(folder.path() / "plots");
  (void)folder.write("validation.json", R"([
    {"id": "a", "family": "nccl", "phase": "dispatch", "published_seconds": 1e-4, "simulated_seconds": 1.1e-4,
     "relative_error": 0.1, "counted": true},
    {"id": "b", "family": "nccl", "phase": "combine", "published_seconds": 1e-3, "simulated_seconds": 9e-4,
     "relative_error": -0.1, "counted": false}])");
  CHECK(plots_of(folder, "validation.json --format png") == std::set<std::string>{"validation.png"});
}

TEST_CASE("plot: what is incomplete or of another version or not ours is refused and nothing is written") {
  const TemporaryFolder folder;
  run_into(folder);
  const std::string result = read_file(folder.path() / "result/result.json");
  const auto refuse = [&](const std::string& arguments, const std::string& words) {
    const CommandResult plot = run_shell("$EPSIM plot " + arguments + " --out plots", folder.path());
    CHECK(plot.exit_code == 2);
    CHECK(plot.out.empty());
    CHECK_MESSAGE(plot.err.starts_with("epsim: error: "), plot.err);
    CHECK_MESSAGE(plot.err.find(words) != std::string::npos, plot.err);
    CHECK(names_in(folder.path() / "plots").empty());
  };
  refuse("nothing", "nothing");
  refuse("result --kind pie", "pie");
  std::filesystem::create_directories(folder.path() / "taken/blame.png");
  CHECK(run_shell("$EPSIM plot result --kind blame --out taken", folder.path()).exit_code == 2);
  CHECK(names_in(folder.path() / "taken") == std::set<std::string>{"blame.png"});
  refuse("result --pattern tree", "tree");
  refuse("result --format gif", "gif");
  refuse("result --x /workload/skew", "--x: of no use");
  refuse("result --kind blame --phase combine", "--phase: of no use for blame");
  refuse("result --kind traffic --phase gate", "gate");
  (void)folder.write("result/result.json", "{}");
  refuse("result", "result.json");
  std::string other = result;
  const std::string version = R"("version": ")";
  other.insert(other.find(version) + version.size(), "9");
  (void)folder.write("result/result.json", other);
  refuse("result", "of epsim 9");
  std::string mixed = result;
  const std::string seconds = R"("layer_seconds": )";
  mixed.insert(mixed.find(seconds) + seconds.size(), "1");
  (void)folder.write("result/result.json", mixed);
  refuse("result", "of different runs");
  (void)folder.write("result/result.json", result);
  refuse("result/result.json", "give its folder");
  std::filesystem::remove(folder.path() / "result/waits.csv");
  refuse("result", "waits.csv");
  (void)folder.write("result/waits.csv", "pattern,phase\n");
  refuse("result", "waits.csv");
  std::filesystem::remove(folder.path() / "result/result.json");
  refuse("result", "result.json");
  (void)folder.write("other.csv", "a,b\n1,2\n");
  refuse("other.csv", "other.csv");
}

TEST_CASE("plot: nothing of the current folder is run and a run without any time has plots, too") {
  const TemporaryFolder folder;
  REQUIRE(run_shell("$EPSIM compare " + shipped("uniform_star16") +
                        " --engine fluid --out result --set /traffic/uniform_bytes_per_pair=0",
                    folder.path())
              .exit_code == 0);
  (void)folder.write("json.py", "raise SystemExit('not ours')");
  CHECK(plots_of(folder, "result --format png") == std::set<std::string>{"comparison.png", "blame.png"});
}

TEST_CASE("plot: a missing matplotlib is named with what to install") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "hidden");
  (void)folder.write("hidden/matplotlib.py", "raise ImportError");
  (void)folder.write("sweep.csv", "point,seed,pattern,/x,layer_seconds,status\n");
  const CommandResult plot = run_shell("PYTHONPATH=hidden $EPSIM plot sweep.csv", folder.path());
  CHECK(plot.exit_code == 1);
  CHECK(plot.err == "epsim: error: matplotlib is missing; apt-get install python3-matplotlib\n");
}
