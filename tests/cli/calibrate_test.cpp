// epsim calibrate: from a benchmark's output to a transport file that a scenario can name.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/random.hpp"
#include "tests/cli/command.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

/// Sizes and times of an all-to-all on 100 GB/s ports without latency, in closed form: start-up and, for each
/// of the N - 1 others, (S / N + half_size) / (share * 100 GB/s); off by up to 2 %.
std::string times_of(int ranks, double start_up, double share, double half_size, std::uint64_t seed) {
  SplitMix64 random(seed);
  std::string text = "# bytes us\n";
  for (double bytes = 4096; bytes <= 1e9; bytes *= 2) {
    const double seconds = start_up + (ranks - 1) * (bytes / ranks + half_size) / (share * 100e9);
    const double noisy = seconds * (1 + 0.04 * (uniform(random()) - 0.5));
    text += std::to_string(static_cast<long>(bytes)) + " " + std::to_string(noisy * 1e6) + "\n";
  }
  return text;
}

const char* const star = R"({"topology": "star", "devices": 8, "bandwidth": "100GBps", "latency": "0us"})";

std::string error_of(const TemporaryFolder& folder, const std::string& text) {
  const CommandResult command = run_epsim(
      {"calibrate", folder.write("times.txt", text), "--platform", folder.write("star.json", star)});
  CHECK(command.exit_code == 2);
  CHECK(command.out.empty());
  return command.err;
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

/// Of an error that says that no platform has so much.
double share_asked_for(const std::string& error) {
  const std::string words = "scale_up_share: the times ask for ";
  const auto place = error.find(words);
  REQUIRE_MESSAGE(place != std::string::npos, error);
  return std::stod(error.substr(place + words.size()));
}

}  // namespace

TEST_CASE("calibrate finds known values in times with 2 percent noise") {
  const TemporaryFolder folder;
  const std::string platform = folder.write("star.json", star);
  const CommandResult both =
      run_epsim({"calibrate", folder.write("2.txt", times_of(2, 20e-6, 0.65, 400e3, 1)),
                 folder.write("8.txt", times_of(8, 20e-6, 0.65, 400e3, 2)), "--ranks", "2", "--ranks", "8",
                 "--platform", platform, "--json"});
  REQUIRE_MESSAGE(both.exit_code == 0, both.err);
  const json found = json::parse(both.out);
  for (const json& value : found["values"]) {
    if (value["value"] == "start_up")
      CHECK(value["fitted"].get<double>() == doctest::Approx(20e-6).epsilon(0.05));
    if (value["value"] == "scale_up_share")
      CHECK(value["fitted"].get<double>() == doctest::Approx(0.65).epsilon(0.05));
    if (value["value"] == "half_size")
      CHECK(value["fitted"].get<double>() == doctest::Approx(400e3).epsilon(0.05));
    if (value["value"] == "scale_out_share") CHECK(value["fitted"].is_null());
  }
  CHECK(found["points"].size() == 36);
  CHECK(found["mean_error"] < 0.02);

  // One number of ranks: either of start-up and half size, the other held.
  const std::string one = folder.write("one.txt", times_of(8, 20e-6, 0.65, 400e3, 3));
  const CommandResult held = run_epsim({"calibrate", one, "--platform", platform, "--set",
                                        "/transport/start_up=20us", "--hold", "start_up", "--quiet"});
  REQUIRE_MESSAGE(held.exit_code == 0, held.err);
  const json transport = json::parse(held.out);
  CHECK(transport["half_size"].get<double>() == doctest::Approx(400e3).epsilon(0.05));
  CHECK(transport["start_up"] == "20us");
}

TEST_CASE("calibrate: what sizes count, the pattern and the base change what is fitted") {
  const TemporaryFolder folder;
  const std::string platform = folder.write("star.json", star);
  const std::string times = folder.write("8.txt", times_of(8, 20e-6, 0.5, 0, 4));
  const auto share_with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"calibrate", times, "--platform", platform, "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const CommandResult command = run_epsim(arguments);
    REQUIRE_MESSAGE(command.exit_code == 0, command.err);
    return json::parse(command.out);
  };
  CHECK(share_with({})["scale_up_share"].get<double>() == doctest::Approx(0.5).epsilon(0.02));
  // A ring sends 28 eighths of a rank's bytes over each link where 7 are needed: four times the share.
  const CommandResult ring = run_epsim({"calibrate", times, "--platform", platform, "--pattern", "ring"});
  CHECK(ring.exit_code == 2);
  CHECK(share_asked_for(ring.err) == doctest::Approx(2).epsilon(0.03));
  // So do bytes of a pair where those of a rank are meant: eight times.
  const CommandResult pairs = run_epsim({"calibrate", times, "--platform", platform, "--per-pair"});
  CHECK(pairs.exit_code == 2);
  CHECK(share_asked_for(pairs.err) == doctest::Approx(4).epsilon(0.03));
  CHECK(share_with({"--transport", "nccl"})["message_overhead"] == "1us");
  CHECK(!share_with({}).contains("message_overhead"));
}

TEST_CASE("calibrate takes what nccl-tests prints and its file works in a scenario") {
  const TemporaryFolder folder;
  const std::string printed =
      "# nThread 1 nGpus 8 minBytes 1048576\n#\n"
      "#       size         count      type   redop    root     time   algbw   busbw #wrong     time\n"
      "     1048576         32768     float    none      -1    15.60   67.22   58.82      0    99.70\n"
      "   268435456       8388608     float    none      -1    763.9  351.40  307.48      0    99.90\n"
      "   536870912      16777216     float    none      -1   1490.4  360.22  315.19      0   99.40\n"
      "# Avg bus bandwidth    : 227.1\n";
  const CommandResult fitted = run_epsim({"calibrate", folder.write("nccl.txt", printed), "--platform",
                                          "h100_rail_optimized", "--name", "my NCCL"});
  REQUIRE_MESSAGE(fitted.exit_code == 0, fitted.err);
  CHECK(has(fitted.err, "mean error"));
  CHECK(has(fitted.err, "held: these times do not tell it"));
  static_cast<void>(folder.write("mine.json", fitted.out));
  const std::string scenario = folder.write(
      "s.json",
      R"({"platform": "h100_rail_optimized", "traffic": {"bytes_per_rank": 268435456}, "transport": "mine.json"})");
  const CommandResult run = run_epsim({"run", scenario, "--json"});
  REQUIRE_MESSAGE(run.exit_code == 0, run.err);
  const json result = json::parse(run.out);
  CHECK(result["transport"] == "my NCCL");
  CHECK(result["layer_seconds"].get<double>() == doctest::Approx(763.9e-6).epsilon(0.02));
}

TEST_CASE("calibrate says which line is wrong and what is needed") {
  const TemporaryFolder folder;
  CHECK(has(error_of(folder, "# nothing\n"), "holds 0 sizes"));
  CHECK(has(error_of(folder, "1024 10\n"), "holds 1 size; start-up and bandwidth cannot be told apart"));
  CHECK(has(error_of(folder, "1024 10\n512 11\n"), "times.txt, line 2: 512 B comes after 1024 B; sort"));
  CHECK(has(error_of(folder, "1024 10\n1024 11\n"), "times.txt, line 2: 1024 B comes after 1024 B"));
  CHECK(has(error_of(folder, "1024 10\n-2048 11\n"), "times.txt, line 2: the size -2048 is not above 0"));
  CHECK(has(error_of(folder, "1024 10\n2048 -11\n"), "times.txt, line 2: the time -11 is not above 0"));
  CHECK(has(error_of(folder, "1024 10\n2048 nan\n"), "times.txt, line 2: the time nan is not above 0"));
  CHECK(has(error_of(folder, "1024 10\n2048 fast\n"), "times.txt, line 2: \"fast\" is not a duration"));
  CHECK(has(error_of(folder, "1024 10\nmany 12\n"), "times.txt, line 2: \"many\" is not a whole number"));
  CHECK(has(error_of(folder, "1024 10 3\n"), "times.txt, line 1: has 3 columns; give a size and a time"));
  const std::string columns = " 8388608 float none -1 763.9 351.4 307.5 0 763.9\n";
  const std::string row = "268435456" + columns + "536870912" + columns;
  CHECK(has(error_of(folder, "#  Rank  0 Group  0\n#  Rank  1 Group  0\n" + row),
            "was measured by 2 ranks, and 8 are to be simulated; give --ranks 2"));
  CHECK(has(error_of(folder, "268435456 8388608 float sum -1 763.9 351.4 307.5 0 763.9\n"),
            "line 1: is of a reduction (sum), and no exchange"));
  CHECK(has(error_of(folder, "268435456 8388608 float none -1 763.9 351.4 307.5 5 763.9\n"),
            "line 1: 5 values came out wrong there"));
  CHECK(has(error_of(folder, "8000000 1\n800000000 2\n"), "more than there is; check the units"));
  const CommandResult ranks = run_epsim({"calibrate", folder.write("t.txt", "1 1\n2 2\n"), "--platform",
                                         "h100_rail_optimized", "--ranks", "2", "--ranks", "4"});
  CHECK(ranks.exit_code == 2);
  CHECK(has(ranks.err, "--ranks: is given 2 times for 1 files"));
}
