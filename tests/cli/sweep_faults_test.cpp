// What users do to sweeps and their databases that would lose or spoil them.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "scenarios/sweep/sqlite.hpp"

#include "tests/cli/sweep_runs.hpp"

using namespace epsim;

namespace {

void check_input_error(const CommandResult& result, const std::string& message) {
  CHECK(result.exit_code == 2);
  CHECK(result.out == "");
  CHECK_MESSAGE(result.err.find(message) != std::string::npos, result.err);
}

}  // namespace

TEST_CASE("sweep: an export never replaces what it reads, and replaces another file only as a whole") {
  const SweepRun run(120);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  const std::string database = read_file(run.folder() / "points.db");
  std::filesystem::create_symlink("points.db", run.folder() / "link.csv");
  std::filesystem::create_hard_link(run.folder() / "points.db", run.folder() / "other.csv");
  for (const char* target : {"points.db", "./points.db", "link.csv", "other.csv"})
    check_input_error(run.epsim({"sweep", "export", "points.db", "--output", target}),
                      "is what is to be read");
  for (const char* target : {"points.db-wal", "./points.db-shm"})
    check_input_error(run.epsim({"sweep", "export", "points.db", "--output", target}), "SQLite's own name");
  CHECK(read_file(run.folder() / "points.db") == database);

  const std::string table = run.epsim({"sweep", "export", "points.db"}).out;
  CHECK(run.epsim({"sweep", "export", "points.db", "--output", "table.csv"}).exit_code == 0);
  CHECK(run.epsim({"sweep", "show", "points.db"}).exit_code == 0);
  for (const char* note : {"points.db-shm", "points.db-wal"})  // SQLite's own
    CHECK(!std::filesystem::exists(run.folder() / note));
  CHECK(read_file(run.folder() / "table.csv") == table);
  // A link stays one; what it names is replaced.
  std::filesystem::create_symlink("table.csv", run.folder() / "latest.csv");
  CHECK(
      run.epsim({"sweep", "export", "points.db", "--format", "jsonl", "--output", "latest.csv"}).exit_code ==
      0);
  CHECK(std::filesystem::is_symlink(run.folder() / "latest.csv"));
  CHECK(read_file(run.folder() / "table.csv").starts_with("{\"point\":0"));

  // Files may grow to 33 kB only, which is enough for SQLite's own: what was there stays, and nothing
  // half-written.
  REQUIRE(table.size() > 40'000);
  const std::string before = read_file(run.folder() / "table.csv");
  const CommandResult full =
      run_shell("ulimit -f 66; $EPSIM sweep export points.db --output table.csv", run.folder());
  CHECK(full.exit_code == 1);
  CHECK_MESSAGE(full.err.find("table.csv: cannot be written; nothing was changed") != std::string::npos,
                full.err);
  CHECK(read_file(run.folder() / "table.csv") == before);
  for (const auto& entry : std::filesystem::directory_iterator(run.folder()))
    CHECK_MESSAGE(entry.path().extension() != ".tmp", entry.path());
}

TEST_CASE("sweep: an export goes into regular files only") {
  const SweepRun run(1);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  mkfifo((run.folder() / "pipe").c_str(), 0600);
  for (const char* target : {"pipe", "/dev/null", "."})
    check_input_error(run.epsim({"sweep", "export", "points.db", "--output", target}),
                      "is not a regular file");
  check_input_error(run.epsim({"sweep", "export", "points.db", "--output", "nowhere/table.csv"}),
                    "nowhere/table.csv cannot be written");
  check_input_error(run.epsim({"sweep", "export", "points.db", "--output", ""}), "--output: is empty");
}

TEST_CASE("sweep: a database that is deleted, moved or replaced during the sweep is noticed") {
  for (const char* action :
       {"rm points.db", "mv points.db away.db", "cp points.db copy; mv copy points.db"}) {
    CAPTURE(action);
    const SweepRun run(400);
    Command command(run.temporary(), {"sweep", run.file(), "--jobs", "1"}, run.folder());
    REQUIRE(command.wait_for_child() > 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    REQUIRE(run_shell(action, run.folder()).exit_code == 0);
    const CommandResult result = command.wait();
    CHECK(result.exit_code == 1);
    CHECK_MESSAGE(
        result.err.find("points.db: was deleted, moved or replaced while the sweep ran") != std::string::npos,
        result.err);
  }
}

TEST_CASE("sweep: a time limit ends a router that does nothing any more") {
  SweepRun run(1);
  nlohmann::json bandwidths;
  for (int i = 0; i < 400; ++i) bandwidths.push_back(100e9 + i);
  run.add_grid("/platform/scale_up_bandwidth", bandwidths);  // all share one routing
  Command command(run.temporary(), {"sweep", run.file(), "--jobs", "1", "--time-limit", "1"}, run.folder());
  const int routing = command.wait_for_child();
  REQUIRE(routing > 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  kill(routing, SIGSTOP);
  const CommandResult result = command.wait();
  CHECK(result.exit_code == 1);
  CHECK_MESSAGE(result.err.find("its router started nothing for longer than the time limit of 1 s") !=
                    std::string::npos,
                result.err);
  // What was done stays, and the others can be run.
  CHECK(run.epsim({"sweep", run.file(), "--retry-failed"}).exit_code == 0);
}

TEST_CASE(
    "sweep: a time limit counts neither a stop of the whole sweep nor points that wait for their turn") {
  SweepRun run(1);
  nlohmann::json bandwidths;
  for (int i = 0; i < 200; ++i) bandwidths.push_back(100e9 + i);
  run.add_grid("/platform/scale_up_bandwidth", bandwidths);
  // Its own group, as a shell would have it; stopped and continued as by Ctrl-Z and fg.
  const CommandResult stopped = run_shell(
      "set -m; $EPSIM sweep points.json --jobs 8 --time-limit 1 --quiet & sleep 0.2;"
      " kill -STOP -$!; sleep 1.5; kill -CONT -$!; wait $!",
      run.folder());
  CHECK_MESSAGE(stopped.exit_code == 0, stopped.err);
  const CommandResult many =
      run.epsim({"sweep", run.file(), "--db", "many.db", "--jobs", "64", "--time-limit", "0.3", "--quiet"});
  CHECK_MESSAGE(many.err.find("started nothing") == std::string::npos, many.err);
}

TEST_CASE("sweep: signals that are ignored stay so") {
  const SweepRun run(60);
  for (const char* signal : {"HUP", "QUIT", "INT"}) {
    const std::string file = std::string(signal) + ".db";
    const CommandResult result =
        run_shell("trap '' " + std::string(signal) + "; $EPSIM sweep points.json --quiet --db " + file +
                      " & sleep 0.15; kill -" + signal + " $!; wait $!",
                  run.folder());
    CHECK_MESSAGE(result.exit_code == 0, result.err);
  }
}

TEST_CASE("sweep: a claim of no process does not hold a sweep up") {
  const SweepRun run(2);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  Sqlite(run.folder() / "points.db", Sqlite::Mode::read_write)
      .run(
          "INSERT INTO claims SELECT identity, 99999999, 0 FROM points; DELETE FROM points; DELETE FROM "
          "results");
  CHECK(run_shell("timeout 10 $EPSIM sweep points.json --quiet", run.folder()).exit_code == 0);
}

TEST_CASE("sweep: a matrix that is deleted fails its points, not the run") {
  const SweepRun run(1);
  const std::string scenario =
      R"({"platform": {"topology": "star", "devices": 2}, "traffic": {"matrix_file": "a.txt"}})";
  std::ofstream(run.folder() / "star.json") << scenario;
  std::ofstream(run.folder() / "a.txt") << "0 1\n1 0\n";
  std::ofstream(run.folder() / "b.txt") << "0 2\n2 0\n";
  nlohmann::json windows;
  for (int i = 1; i <= 200; ++i) windows.push_back(i);
  const nlohmann::json sweep = {
      {"base", "star.json"},
      {"grid", {{"/traffic/matrix_file", {"a.txt", "b.txt"}}, {"/patterns/all_to_all/window", windows}}}};
  std::ofstream(run.folder() / "matrices.json") << sweep;
  Command command(run.temporary(), {"sweep", "matrices.json", "--jobs", "1"}, run.folder());
  REQUIRE(command.wait_for_child() > 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::filesystem::remove(run.folder() / "b.txt");
  const CommandResult result = command.wait();
  CHECK(result.exit_code == 1);
  CHECK_MESSAGE(result.err.find(" points failed; the last: point ") != std::string::npos, result.err);
  const std::string table = run.epsim({"sweep", "export", "matrices.db"}).out;
  CHECK(count_lines(table) == 1 + 400 * 4);
  CHECK(table.find(",failed,") != std::string::npos);
  CHECK(table.find(",done,") != std::string::npos);
}

TEST_CASE("sweep: damaged databases are refused, whatever stands in them, and nothing is printed") {
  const SweepRun run(3);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  const std::string whole = read_file(run.folder() / "points.db");
  const auto set = [](const std::string& path, const std::string& value) {
    return "UPDATE sweep SET definition = json_set(definition, '" + path + "', " + value + ")";
  };
  const std::vector<std::string> damages = {
      "UPDATE sweep SET definition = 'oops'",
      "UPDATE sweep SET definition = '[]'",
      "UPDATE sweep SET definition = NULL",
      "UPDATE sweep SET definition = json_remove(definition, '$.seeds')",
      set("$.axes[0].values", "json('[]')"),
      set("$.axes[0].values[0]", "json('[]')"),
      set("$.axes[0].values[0]", "json('[1, 2]')"),
      set("$.axes[0].pointers", "json('[\"/a\", \"/b\"]')"),
      set("$.axes[0].pointers", "json('[]')"),
      set("$.axes[0]", "7"),
      set("$.axes[0].values[0]", "json('" + std::string(900, '[') + std::string(900, ']') + "')"),
      set("$.axes", "'axes'"),
      set("$.name", "7"),
      set("$.seed", "'x'"),
      set("$.seeds", "0"),
      set("$.patterns", "json('[\"rnig\"]')"),
      "UPDATE plan SET combination = 3 WHERE point = 2",
      "UPDATE plan SET combination = -1 WHERE point = 2",
      "UPDATE points SET status = 'maybe'",
      "UPDATE points SET scenario = 'oops'",
      "UPDATE results SET layer_seconds = 'fast'",
      "UPDATE results SET layer_seconds = NULL",
      "UPDATE results SET total_seconds = x'00'",
      "UPDATE results SET layer_seconds = 9e999",
      "UPDATE results SET dispatch_messages = 'many'",
      "DROP TABLE plan",
      "DROP TABLE results; CREATE VIEW results AS SELECT * FROM points",
      "DROP TABLE claims; CREATE TABLE claims(identity BLOB)",
      "CREATE TRIGGER t AFTER INSERT ON claims BEGIN DELETE FROM points; END"};
  for (const std::string& damage : damages) {
    CAPTURE(damage);
    std::ofstream(run.folder() / "points.db", std::ios::binary) << whole;
    Sqlite(run.folder() / "points.db", Sqlite::Mode::read_write).run(damage);
    const CommandResult shown = run.epsim({"sweep", "show", "points.db"});
    const CommandResult exported = run.epsim({"sweep", "export", "points.db"});
    const bool is_for_show =
        damage.find("scenario") != std::string::npos || damage.ends_with("layer_seconds = NULL");
    const bool is_for_export =
        damage.find("messages") != std::string::npos || damage.find("= x'") != std::string::npos;
    for (const CommandResult* result : {&shown, &exported}) {
      if (result == &exported && is_for_show && result->exit_code == 0) continue;
      if (result == &shown && is_for_export && result->exit_code == 0) continue;
      check_input_error(*result, "points.db: is damaged: ");
      CHECK(result->err.find("[json") == std::string::npos);
    }
  }
  // Bytes that are not SQLite's, from the second page on.
  for (std::size_t at = 4096; at + 64 < whole.size(); at += 4096) {
    std::string bytes = whole;
    bytes.replace(at, 64, 64, '\xff');
    std::ofstream(run.folder() / "points.db", std::ios::binary) << bytes;
    for (const char* command : {"show", "export"}) {
      const CommandResult result = run.epsim({"sweep", command, "points.db"});
      if (result.exit_code != 0) check_input_error(result, "is damaged: ");
    }
    CHECK(run.epsim({"sweep", run.file(), "--quiet"}).exit_code <= 2);
  }
}

TEST_CASE("sweep: a view or an index of one's own does no harm") {
  const SweepRun run(2);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  const std::string table = run.table();
  Sqlite(run.folder() / "points.db", Sqlite::Mode::read_write)
      .run("CREATE VIEW mine AS SELECT * FROM results; CREATE INDEX by_place ON results(place)");
  CHECK(run.table() == table);
}

TEST_CASE("sweep: a database is not merged into itself") {
  const SweepRun run(2);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  std::filesystem::create_symlink("points.db", run.folder() / "link.db");
  for (const char* source : {"points.db", "./points.db", "link.db"})
    check_input_error(run.epsim({"sweep", "merge", "points.db", source}), "is the target, too");
}

TEST_CASE("sweep: a database may have a name that SQLite takes for one of its own") {
  const SweepRun run(2);
  CHECK(run.epsim({"sweep", run.file(), "--db", ":memory:"}).exit_code == 0);
  CHECK(std::filesystem::exists(run.folder() / ":memory:"));
  CHECK(count_lines(run.epsim({"sweep", "export", ":memory:"}).out) == 1 + 2 * 2);
}

TEST_CASE("sweep: pipes and devices in the place of files are refused at once") {
  const SweepRun run(2);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  mkfifo((run.folder() / "pipe").c_str(), 0600);
  std::ofstream(run.folder() / "star.json")
      << R"({"platform": {"topology": "star", "devices": 2}, "traffic": {"matrix_file": "pipe"}})";
  const std::vector<std::string> commands = {"run pipe",
                                             "run /dev/zero",
                                             "run star.json",
                                             "run star.json --set /traffic/matrix_file=/dev/zero",
                                             "estimate pipe",
                                             "sweep pipe",
                                             "sweep points.json --db pipe",
                                             "sweep show pipe",
                                             "sweep export /dev/zero",
                                             "sweep merge points.db pipe",
                                             "sweep merge pipe points.db",
                                             "fit pipe --format csv",
                                             "fit /dev/zero --format loads"};
  for (const std::string& command : commands) {
    CAPTURE(command);
    const CommandResult result = run_shell("timeout 10 $EPSIM " + command, run.folder());
    check_input_error(result, command.find("/dev") == std::string::npos ? "is a pipe, not a regular file"
                                                                        : "is a device, not a regular file");
  }
  check_input_error(run_epsim({"run", run.folder().string()}), "is a folder, not a file");
  // Standard input may be a pipe.
  CHECK(run_shell("cat " + shipped("uniform_star16") + " | $EPSIM run -", run.folder()).exit_code == 0);
  CHECK(run_shell("$EPSIM run - <&-", run.folder()).exit_code == 2);
}

TEST_CASE("sweep: what has ended can be read in places where nobody may write") {
  const SweepRun run(2);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  const std::string table = run.epsim({"sweep", "export", "points.db"}).out;
  // Root may write everywhere, so another user has to ask.
  const std::string as_other = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  const CommandResult result =
      run_shell("cp $EPSIM epsim; chmod 755 . epsim; chmod 444 points.db*; chmod 555 .; " + as_other +
                    "./epsim sweep export points.db; code=$?; chmod 755 .; exit $code",
                run.folder());
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(result.out == table);
}

TEST_CASE("sweep: what older versions of a sweep left among its shards does not break a merge") {
  SweepRun run(4);
  const auto run_shard = [&](const char* shard, const char* database) {
    return run.epsim({"sweep", run.file(), "--shard", shard, "--db", database}).exit_code;
  };
  REQUIRE(run_shard("1/2", "shard-1.db") == 0);
  REQUIRE(run_shard("2/2", "shard-2.db") == 0);
  REQUIRE(run.epsim({"sweep", "merge", "all.db", "shard-1.db", "shard-2.db"}).exit_code == 0);
  const std::size_t rows = count_lines(run.table("all.db"));

  run.add_grid("/workload/tokens_per_device", {9, 10, 11, 12, 13, 14});
  REQUIRE(run_shard("1/2", "shard-1.db") == 0);
  std::ofstream(run.folder() / "shard-3.db") << "no database";
  Sqlite database(run.folder() / "shard-1.db", Sqlite::Mode::read_only);
  Statement select = database.prepare("SELECT lower(hex(identity)) FROM sweep");
  REQUIRE(select.step());
  const std::string identity = select.text(0);
  check_input_error(run.epsim({"sweep", "merge", "all.db", "shard-1.db", "shard-2.db"}),
                    "holds another sweep");
  const CommandResult merged =
      run_shell("$EPSIM sweep merge all.db --identity " + identity + " shard-*.db", run.folder());
  CHECK_MESSAGE(merged.exit_code == 0, merged.err);
  CHECK_MESSAGE(merged.err.find("left out: shard-2.db holds another sweep") != std::string::npos, merged.err);
  CHECK_MESSAGE(merged.err.find("left out: shard-3.db: not a sweep database") != std::string::npos,
                merged.err);
  CHECK(merged.err.find("points have no result yet") != std::string::npos);
  // The new plan, with what the older one had found at the same points.
  CHECK(count_lines(run.table("all.db")) >= rows + 2);
  CHECK(run.epsim({"sweep", run.file(), "--db", "all.db"}).exit_code == 0);
  CHECK(count_lines(run.table("all.db")) == 1 + 6 * 2);
  // A shard of the wanted sweep that is damaged is not passed over.
  std::string bytes = read_file(run.folder() / "shard-1.db");
  std::ofstream(run.folder() / "shard-4.db", std::ios::binary) << bytes.replace(4096, 64, 64, '\xff');
  const CommandResult damaged =
      run_shell("$EPSIM sweep merge all.db --identity " + identity + " shard-*.db", run.folder());
  CHECK(damaged.exit_code == 2);
  CHECK_MESSAGE(damaged.err.find("shard-4.db: is damaged") != std::string::npos, damaged.err);
  for (const char* wrong : {"", "12", "zz000000000000000000000000000000"})
    check_input_error(run.epsim({"sweep", "merge", "all.db", "shard-1.db", "--identity", wrong}),
                      "--identity");
}

TEST_CASE("sweep: standard output that is full or closed is a failure of show, export and fit, too") {
  const SweepRun run(2);
  REQUIRE(run.epsim({"sweep", run.file()}).exit_code == 0);
  std::ofstream(run.folder() / "loads.json") << "[[4, 1, 1, 2]]";
  for (const std::string command :
       {"sweep show points.db", "sweep show points.db --json", "sweep export points.db",
        "sweep export points.db --format jsonl", "fit loads.json"})
    for (const char* where : {">/dev/full", ">&-"}) {
      CAPTURE(command);
      const CommandResult result = run_shell("$EPSIM " + command + " " + where, run.folder());
      CHECK(result.exit_code == 1);
      CHECK_MESSAGE(result.err.find("standard output: cannot be written") != std::string::npos, result.err);
    }
}
