// What users do to sweeps and their databases that would lose or spoil them.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

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
  CHECK(read_file(run.folder() / "points.db") == database);

  const std::string table = run.epsim({"sweep", "export", "points.db"}).out;
  CHECK(run.epsim({"sweep", "export", "points.db", "--output", "table.csv"}).exit_code == 0);
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
