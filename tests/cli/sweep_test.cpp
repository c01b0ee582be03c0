// Sweeps as a user runs them: killed, interrupted, two at once, on a full disk, in shards.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/cli/command.hpp"
#include "tests/cli/sweep_runs.hpp"

using namespace epsim;
using nlohmann::json;

TEST_CASE("a sweep runs to its end and running it again does nothing") {
  const SweepRun run(24);
  CommandResult result = run.epsim({"sweep", run.file()});
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(result.out == "");
  CHECK_MESSAGE(result.err.find("24 points to run, 0 done") != std::string::npos, result.err);
  CHECK(std::filesystem::exists(run.folder() / "points.db"));
  const std::string table = run.table();
  CHECK(count_lines(table) == 1 + 24 * 2);
  result = run.epsim({"sweep", run.file()});
  CHECK(result.exit_code == 0);
  CHECK_MESSAGE(result.err.find("0 points to run, 24 done") != std::string::npos, result.err);
  CHECK(run.epsim({"sweep", run.file(), "--quiet"}).err == "");
  CHECK(run.table() == table);
}

TEST_CASE("a dry run lists points with cost and memory and writes nothing") {
  const SweepRun run(3);
  const CommandResult result = run.epsim({"sweep", run.file(), "--dry-run"});
  CHECK(result.exit_code == 0);
  CHECK_MESSAGE(result.out.find("point 2: /workload/tokens_per_device=11") != std::string::npos, result.out);
  CHECK_MESSAGE(result.out.find("3 points, 3 routings; estimated: ") != std::string::npos, result.out);
  CHECK_FALSE(std::filesystem::exists(run.folder() / "points.db"));
}

TEST_CASE("a sweep that is killed twenty times ends with the same table") {
  const SweepRun undisturbed(150);
  REQUIRE(undisturbed.epsim({"sweep", undisturbed.file()}).exit_code == 0);
  const SweepRun killed(150);
  std::mt19937 random(1);
  for (int kills = 0; kills < 20; ++kills) {
    Command command(killed.temporary(), {"sweep", killed.file(), "--jobs", "2"}, killed.folder());
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 120));
    kill(command.pid(), SIGKILL);
    static_cast<void>(command.wait());
  }
  const CommandResult result = killed.epsim({"sweep", killed.file()});
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(killed.table() == undisturbed.table());
}

TEST_CASE("two sweeps on one database share the work and end with the same table") {
  const SweepRun alone(60);
  REQUIRE(alone.epsim({"sweep", alone.file()}).exit_code == 0);
  const SweepRun shared(60);
  const TemporaryFolder outputs;
  Command first(shared.temporary(), {"sweep", shared.file(), "--jobs", "1"}, shared.folder());
  Command second(outputs, {"sweep", shared.file(), "--jobs", "1"}, shared.folder());
  const CommandResult first_result = first.wait();
  const CommandResult second_result = second.wait();
  CHECK_MESSAGE(first_result.exit_code == 0, first_result.err);
  CHECK_MESSAGE(second_result.exit_code == 0, second_result.err);
  CHECK(shared.table() == alone.table());
}

TEST_CASE("the survivor of two sweeps takes over what the other had begun") {
  const SweepRun alone(40);
  REQUIRE(alone.epsim({"sweep", alone.file()}).exit_code == 0);
  const SweepRun shared(40);
  const TemporaryFolder outputs;
  Command first(shared.temporary(), {"sweep", shared.file(), "--jobs", "1"}, shared.folder());
  Command second(outputs, {"sweep", shared.file(), "--jobs", "1"}, shared.folder());
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  kill(first.pid(), SIGKILL);
  static_cast<void>(first.wait());
  CHECK(second.wait().exit_code == 0);
  CHECK(shared.table() == alone.table());
}

TEST_CASE("Ctrl-C ends a sweep at once and it says how to continue") {
  const SweepRun run(200);
  Command command(run.temporary(), {"sweep", run.file(), "--jobs", "2"}, run.folder());
  REQUIRE(command.wait_for_child() > 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  kill(command.pid(), SIGINT);
  const CommandResult result = command.wait();
  CHECK(result.exit_code == 130);
  CHECK_MESSAGE(result.err.find("run the same command again to continue") != std::string::npos, result.err);
  const std::size_t rows = count_lines(run.table()) - 1;
  CHECK(rows > 0);
  CHECK(rows < 400);
}

TEST_CASE("shards merged are the whole") {
  const SweepRun whole(25);
  REQUIRE(whole.epsim({"sweep", whole.file()}).exit_code == 0);
  const SweepRun parts(25);
  for (const char* shard : {"1/3", "2/3", "3/3"})
    CHECK(parts.epsim({"sweep", parts.file(), "--shard", shard}).exit_code == 0);
  const std::vector<std::string> shards = {"points.shard-1-of-3.db", "points.shard-2-of-3.db",
                                           "points.shard-3-of-3.db"};
  CommandResult result = parts.epsim({"sweep", "merge", "points.db", shards[0], shards[1]});
  CHECK(result.exit_code == 0);
  CHECK_MESSAGE(result.err.find(" points have no result yet") != std::string::npos, result.err);
  result = parts.epsim({"sweep", "merge", "points.db", shards[2]});
  CHECK(result.exit_code == 0);
  CHECK(result.err == "");
  CHECK(parts.table() == whole.table());
  // The merged database continues like any other.
  CHECK(parts.epsim({"sweep", parts.file()}).err.find("0 points to run, 25 done") != std::string::npos);
}

TEST_CASE("points that fail have rows with their reason and can be tried again") {
  SweepRun run(2);
  run.add_grid("/expert_parallel/experts_per_device", {1, 3});
  CommandResult result = run.epsim({"sweep", run.file()});
  CHECK(result.exit_code == 1);
  CHECK_MESSAGE(result.err.find("2 points failed") != std::string::npos, result.err);
  CHECK_MESSAGE(run.table().find("failed,\"/expert_parallel") != std::string::npos, run.table());
  CHECK(run.epsim({"sweep", run.file()}).exit_code == 1);

  SweepRun slow(1);
  slow.add_grid("/workload/tokens_per_device", {100000});  // about half a second
  CHECK(slow.epsim({"sweep", slow.file(), "--time-limit", "0.01"}).exit_code == 1);
  CHECK_MESSAGE(slow.table().find("longer than the time limit of 0.01 s") != std::string::npos, slow.table());
  CHECK(slow.epsim({"sweep", slow.file()}).err.find("0 points to run, 0 done, 1 failed before") !=
        std::string::npos);
  CHECK(slow.epsim({"sweep", slow.file(), "--retry-failed"}).exit_code == 0);
  CHECK(slow.table().find("failed") == std::string::npos);
}

TEST_CASE("points whose process dies are failed rows and the others go on") {
  // A point of its own, then two points that share their routing.
  for (const json& bandwidths : {json{"100GBps"}, json{"100GBps", "200GBps"}}) {
    SweepRun run(1);
    run.add_grid("/workload/tokens_per_device", {8, 8000000});
    run.add_grid("/platform/scale_up_bandwidth", bandwidths);
    Command command(run.temporary(), {"sweep", run.file(), "--jobs", "1"}, run.folder());
    const int child = command.wait_for_child();  // the most expensive starts first
    REQUIRE(child > 0);
    kill(child, SIGKILL);
    const CommandResult result = command.wait();
    CHECK(result.exit_code == 1);
    const std::string table = run.table();
    CHECK_MESSAGE(table.find("killed by signal 9 (Killed)") != std::string::npos, table);
    CHECK(count_lines(table) == 1 + 2 * 2 * bandwidths.size());
    CHECK_MESSAGE(result.err.find(std::to_string(bandwidths.size()) + " points failed") != std::string::npos,
                  result.err);
  }
}

namespace {

constexpr const char* trace_text = "[[1, 2, 3, 4, 5, 6, 7, 8]]";
constexpr const char* other_trace_text = "[[8, 1, 1, 1, 1, 1, 1, 1]]";

json layer_seconds(const std::string& json_lines) {
  return json::parse(json_lines.substr(0, json_lines.find('\n')))["layer_seconds"];
}

}  // namespace

TEST_CASE("points run again when what their trace or matrix holds has changed") {
  const std::vector<std::array<std::string, 4>> cases = {
      {"loads.json", trace_text, other_trace_text,
       R"({"platform": {"topology": "star", "devices": 4}, "expert_parallel": {"num_experts": 8, "top_k": 1},
           "workload": {"tokens_per_device": 64, "trace": "loads.json"}})"},
      {"bytes.txt", "0 1000\n1000 0\n", "0 900000\n1 0\n",
       R"({"platform": {"topology": "star", "devices": 2}, "traffic": {"matrix_file": "bytes.txt"}})"}};
  for (const auto& [name, before, after, base] : cases) {
    const TemporaryFolder folder;
    static_cast<void>(folder.write("base.json", base));
    static_cast<void>(folder.write(name, before));
    const std::string sweep = folder.write(
        "s.json",
        R"({"base": "base.json", "grid": {"/platform/latency": ["2us"]}, "patterns": ["all_to_all"]})");
    const std::string database = folder.path() / "s.db";
    const auto run = [&] { return run_epsim({"sweep", sweep, "--db", database}); };
    const auto found = [&] {
      return layer_seconds(run_epsim({"sweep", "export", database, "--format", "jsonl"}).out);
    };
    REQUIRE(run().exit_code == 0);
    const json first = found();
    CHECK(run().err.find("0 points to run, 1 done") != std::string::npos);
    static_cast<void>(folder.write(name, after));
    CHECK(run().err.find("1 points to run, 0 done") != std::string::npos);
    CHECK(found() != first);
    static_cast<void>(folder.write(name, before));
    CHECK(run().err.find("0 points to run, 1 done") != std::string::npos);
    CHECK(found() == first);
  }
}

TEST_CASE("show ranks by all steps where experts move") {
  const TemporaryFolder folder;
  const json sweep = {{"base",
                       {{"platform", {{"topology", "star"}, {"devices", 4}}},
                        {"expert_parallel", {{"num_experts", 8}, {"top_k", 1}, {"rebalance_interval", 2}}},
                        {"workload", {{"tokens_per_device", 64}, {"steps", 4}, {"skew", 1}}}}},
                      {"grid", {{"/expert_parallel/load_balancing", {"Dynamic", "token_choice_based"}}}},
                      {"patterns", {"all_to_all", "ring"}}};
  const std::string database = folder.path() / "s.db";
  REQUIRE(run_epsim({"sweep", folder.write("s.json", sweep.dump()), "--db", database}).exit_code == 0);
  const json found = json::parse(run_epsim({"sweep", "show", database, "--json"}).out);
  CHECK(found["figure"] == "total_seconds");
  const std::string rows = run_epsim({"sweep", "export", database, "--format", "jsonl"}).out;
  const json first = json::parse(rows.substr(0, rows.find('\n')));
  CHECK(found["groups"][0]["patterns"][0]["total_seconds"] == first["total_seconds"]);
  CHECK(first["total_seconds"] > 3 * first["layer_seconds"].get<double>());
  CHECK(run_epsim({"sweep", "show", database}).out.find("all steps") != std::string::npos);
}

TEST_CASE("a file that changes while a sweep runs makes the points after it fail") {
  const TemporaryFolder folder;
  static_cast<void>(folder.write("loads.json", trace_text));
  const json sweep = {{"base",
                       {{"platform", {{"topology", "star"}, {"devices", 4}}},
                        {"expert_parallel", {{"num_experts", 8}, {"top_k", 1}}},
                        {"workload", {{"trace", "loads.json"}}}}},
                      {"grid", {{"/workload/tokens_per_device", {8, 400000}}}},
                      {"patterns", {"all_to_all"}}};
  const std::string file = folder.write("s.json", sweep.dump());
  const std::string database = folder.path() / "s.db";
  const TemporaryFolder outputs;
  Command command(outputs, {"sweep", file, "--db", database, "--jobs", "1"}, folder.path());
  REQUIRE(command.wait_for_child() > 0);  // the most expensive starts first
  static_cast<void>(folder.write("loads.json", other_trace_text));
  CHECK(command.wait().exit_code == 1);
  const std::string rows = run_epsim({"sweep", "export", database}).out;
  CHECK_MESSAGE(
      rows.find("a file that the scenario names has changed since the sweep began") != std::string::npos,
      rows);
}

TEST_CASE("a sweep with more values continues from what is there") {
  SweepRun run(5);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  run.add_grid("/workload/tokens_per_device", {8, 9, 10, 11, 12, 13, 14});
  const CommandResult result = run.epsim({"sweep", run.file()});
  CHECK_MESSAGE(result.err.find("2 points to run, 5 done") != std::string::npos, result.err);
  CHECK(count_lines(run.table()) == 1 + 7 * 2);
}

TEST_CASE("a full disk stops a sweep with a clear message and a database that opens") {
  const SweepRun whole(60);
  REQUIRE(whole.epsim({"sweep", whole.file()}).exit_code == 0);
  const SweepRun run(60);
  const std::filesystem::path disk = run.folder() / "disk";
  std::filesystem::create_directory(disk);
  const std::string database = (disk / "points.db").string();
  const bool is_mounted = mount("epsim_test", disk.c_str(), "tmpfs", 0, "size=200k") == 0;
  rlimit unlimited = {};
  getrlimit(RLIMIT_FSIZE, &unlimited);
  if (!is_mounted) {  // not root: a limit on the size of files has the same effect
    MESSAGE("no tmpfs, using a limit on the size of files");
    const rlimit limit = {150'000, unlimited.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  const CommandResult stopped = run.epsim({"sweep", run.file(), "--db", database});
  setrlimit(RLIMIT_FSIZE, &unlimited);
  CHECK(stopped.exit_code == 1);
  CHECK_MESSAGE(stopped.err.find("the disk is full") != std::string::npos, stopped.err);
  const CommandResult table = run.epsim({"sweep", "export", database});
  CHECK_MESSAGE(table.exit_code == 0, table.err);
  CHECK(count_lines(table.out) < 1 + 60 * 2);
  if (is_mounted) CHECK(mount("epsim_test", disk.c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0);
  CHECK(run.epsim({"sweep", run.file(), "--db", database}).exit_code == 0);
  CHECK(run.table(database) == whole.table());
  if (is_mounted) CHECK(umount(disk.c_str()) == 0);
}

TEST_CASE("export writes CSV and JSON lines to standard output or a file") {
  const SweepRun run(2);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  const CommandResult csv = run.epsim({"sweep", "export", "points.db"});
  CHECK(csv.out.starts_with("point,seed,pattern,/workload/tokens_per_device,layer_seconds,total_seconds,"));
  CHECK(csv.out.find(",status,error,wall_seconds,memory_bytes,started_at,finished_at\n0,1,all_to_all,9,") !=
        std::string::npos);
  CHECK(run.epsim({"sweep", "export", "points.db", "--output", "table.csv"}).out == "");
  CHECK(read_file(run.folder() / "table.csv") == csv.out);
  const CommandResult lines = run.epsim({"sweep", "export", "points.db", "--format", "jsonl"});
  CHECK(count_lines(lines.out) == 4);
  const json first = json::parse(lines.out.substr(0, lines.out.find('\n')));
  CHECK(first["point"] == 0);
  CHECK(first["pattern"] == "all_to_all");
  CHECK(first["/workload/tokens_per_device"] == 9);
  CHECK(first["layer_seconds"].get<double>() > 0);
  CHECK(first["busiest_link_class"] == "scale_up");
  CHECK(first["status"] == "done");
}

TEST_CASE("show tells means the best and crossovers") {
  SweepRun run(3);
  run.add_grid("/workload/skew", {0, 1});
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  const CommandResult all = run.epsim({"sweep", "show", "points.db"});
  CHECK(count_lines(all.out) >= 4 + 6 * 2);
  const CommandResult best = run.epsim(
      {"sweep", "show", "points.db", "--best", "--json", "--group-by", "/workload/tokens_per_device"});
  const json found = json::parse(best.out);
  CHECK(found["done"] == 6);
  REQUIRE(found["groups"].size() == 3);
  CHECK(found["groups"][0]["values"]["/workload/tokens_per_device"] == 9);
  CHECK(found["groups"][0]["patterns"].size() == 1);
  CHECK(found["groups"][0]["patterns"][0]["points"] == 2);
  CHECK(found["groups"][0]["lead"]["seconds"].get<double>() > 0);
  const CommandResult wrong = run.epsim({"sweep", "show", "points.db", "--group-by", "/workload/skw"});
  CHECK(wrong.exit_code == 2);
  CHECK_MESSAGE(wrong.err.find("did you mean \"/workload/skew\"?") != std::string::npos, wrong.err);
}

TEST_CASE("wrong input of sweeps ends with exit code 2 and changes nothing") {
  SweepRun run(2);
  const auto check_refused = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const CommandResult result = run.epsim(arguments);
    CHECK(result.exit_code == 2);
    CHECK(result.out == "");
    CHECK_MESSAGE(result.err.find(message) != std::string::npos, result.err);
  };
  check_refused({"sweep"}, "FILE is missing");
  check_refused({"sweep", "nowhere.json"}, "nowhere.json: does not exist");
  check_refused({"sweep", run.file(), "--shard", "3/2"}, "\"3/2\" is not a shard");
  check_refused({"sweep", run.file(), "--shard", "half"}, "\"half\" is not a shard");
  check_refused({"sweep", run.file(), "--memory-limit", "much"}, "--memory-limit");
  check_refused({"sweep", run.file(), "--set", "/workload/skew=-1"}, "/base/workload/skew");
  check_refused({"sweep", run.file(), "--db", "/nowhere/points.db"}, "/nowhere/points.db: cannot be made");
  check_refused({"sweep", run.file(), "--db", run.file()}, "not a sweep database");
  check_refused({"sweep", "export", run.file()}, "not a sweep database");
  check_refused({"sweep", "export", "nowhere.db"}, "nowhere.db: does not exist");
  check_refused({"sweep", "merge", "points.db", "nowhere.db"}, "nowhere.db: does not exist");
  run.add_grid("/workload/skw", {1});
  check_refused({"sweep", run.file()}, "did you mean \"/workload/skew\"?");
  CHECK_FALSE(std::filesystem::exists(run.folder() / "points.db"));
}
