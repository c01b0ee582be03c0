#include "scenarios/sweep/database.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "scenarios/sweep/merge.hpp"
#include "tests/support/sweeps.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace epsim;

namespace {

PointResult done_with(double layer_seconds) {
  PointResult result;
  result.scenario = "{}";
  result.patterns = {{"ring", std::vector<Cell>(result_columns().size())}};
  result.patterns.front().cells.front() = layer_seconds;
  return result;
}

PointResult failed_with(const std::string& error) {
  PointResult result;
  result.error = error;
  return result;
}

void store(SweepDatabase& database, const Identity& identity, const PointResult& result) {
  Transaction transaction(database.connection());
  database.store(identity, result);
  transaction.commit();
}

Claim claim(SweepDatabase& database, const Identity& identity, bool retry_failed = false) {
  Transaction transaction(database.connection());
  const Claim claim = database.claim(identity, retry_failed);
  transaction.commit();
  return claim;
}

/// Runs `work` in a child to its end, or up to `_exit`.
template <class Work>
void in_child(const Work& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(status == 0);
}

struct Fixture {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "sweep.db";
  Sweep sweep = sweep_of(small_sweep());
  std::vector<PlannedPoint> plan = plan_points(sweep, false);
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a database keeps the sweep and its plan") {
  {
    SweepDatabase database(path, SweepDatabase::Access::create);
    CHECK_FALSE(database.sweep());
    database.store_plan(sweep, 7, plan);
  }
  SweepDatabase database(path, SweepDatabase::Access::read);
  const auto stored = database.sweep();
  REQUIRE(stored);
  CHECK(stored->identity == identity_of(sweep));
  CHECK(stored->sweep.name == "small");
  CHECK(stored->seed == 7);
  CHECK(stored->sweep.patterns == sweep.patterns);
  CHECK(swept_pointers(stored->sweep) == swept_pointers(sweep));
  const std::vector<PlannedPoint> read = database.plan();
  REQUIRE(read.size() == plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    CHECK(read[i].combination == plan[i].combination);
    CHECK(read[i].identity == plan[i].identity);
    CHECK(read[i].routing == plan[i].routing);
    CHECK(read[i].seconds == plan[i].seconds);
    CHECK(read[i].memory == plan[i].memory);
  }
}

TEST_CASE_FIXTURE(Fixture, "a result replaces a failure and nothing replaces a result") {
  SweepDatabase database(path, SweepDatabase::Access::create);
  database.store_plan(sweep, 1, plan);
  store(database, plan[0].identity, failed_with("broken"));
  CHECK(database.statuses()[0] == PointStatus::failed);
  store(database, plan[0].identity, done_with(2));
  store(database, plan[0].identity, failed_with("broken again"));
  store(database, plan[0].identity, done_with(3));
  CHECK(database.statuses()[0] == PointStatus::done);
  CHECK(database.statuses()[1] == PointStatus::pending);
  Statement select = database.connection().prepare("SELECT layer_seconds FROM results");
  REQUIRE(select.step());
  CHECK(select.real(0) == 2);
  CHECK_FALSE(select.step());
}

TEST_CASE_FIXTURE(Fixture, "claims hold for as long as their process lives") {
  SweepDatabase database(path, SweepDatabase::Access::create);
  database.store_plan(sweep, 1, plan);
  const Identity& identity = plan[0].identity;
  int told[2];
  int ended[2];
  REQUIRE(pipe(told) == 0);
  REQUIRE(pipe(ended) == 0);
  const pid_t other = fork();
  if (other == 0) {
    close(ended[1]);
    SweepDatabase theirs(path, SweepDatabase::Access::write);
    const char result = claim(theirs, identity) == Claim::mine ? 'm' : '?';
    if (write(told[1], &result, 1) != 1) _exit(1);
    char unused;
    while (read(ended[0], &unused, 1) > 0) continue;
    _exit(0);
  }
  char result = 0;
  REQUIRE(read(told[0], &result, 1) == 1);
  CHECK(result == 'm');
  CHECK(claim(database, identity) == Claim::theirs);
  CHECK(claim(database, plan[1].identity) == Claim::mine);
  close(ended[1]);
  waitpid(other, nullptr, 0);
  CHECK(claim(database, identity) == Claim::mine);
  store(database, identity, failed_with("x"));
  CHECK(claim(database, identity) == Claim::finished);
  CHECK(claim(database, identity, true) == Claim::mine);
  store(database, identity, done_with(1));
  CHECK(claim(database, identity, true) == Claim::finished);
  for (const int end : {told[0], told[1], ended[0]}) close(end);
}

TEST_CASE_FIXTURE(Fixture, "what is no sweep database is refused untouched") {
  const auto check_refused = [&](const std::string& why) {
    const std::string before = read_file(path);
    CHECK_THROWS_WITH_AS(SweepDatabase(path, SweepDatabase::Access::create), doctest::Contains(why.c_str()),
                         Error);
    CHECK(read_file(path) == before);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  };
  static_cast<void>(folder.write("sweep.db", "just a text"));
  check_refused("not a sweep database");
  static_cast<void>(folder.write("sweep.db", ""));
  check_refused("not a sweep database");
  std::filesystem::remove(path);
  Sqlite(path, Sqlite::Mode::create).run("CREATE TABLE notes(text TEXT)");
  check_refused("not of an epsim sweep");
  std::filesystem::remove(path);
  SweepDatabase(path, SweepDatabase::Access::create)
      .connection()
      .run("PRAGMA user_version=3; PRAGMA journal_mode=DELETE");
  check_refused("format 3, this program knows format 2");
}

TEST_CASE_FIXTURE(Fixture, "a database of another sweep is refused") {
  SweepDatabase database(path, SweepDatabase::Access::create);
  database.store_plan(sweep, 1, plan);
  Sweep other = sweep;
  other.name = "other";
  CHECK_THROWS_WITH_AS(database.store_plan(other, 1, plan), doctest::Contains("holds the sweep \"small\""),
                       Error);
  CHECK(database.sweep()->sweep.name == "small");
}

TEST_CASE_FIXTURE(Fixture, "two processes may make the same database at once") {
  in_child([&] { SweepDatabase(path, SweepDatabase::Access::create).store_plan(sweep, 1, plan); });
  SweepDatabase database(path, SweepDatabase::Access::create);
  CHECK(database.plan().size() == plan.size());
}

TEST_CASE_FIXTURE(Fixture, "merging takes results from all and results before failures") {
  const std::filesystem::path first = folder.path() / "1.db";
  const std::filesystem::path second = folder.path() / "2.db";
  for (const auto& shard : {first, second})
    SweepDatabase(shard, SweepDatabase::Access::create).store_plan(sweep, 1, plan);
  {
    SweepDatabase database(first, SweepDatabase::Access::write);
    store(database, plan[0].identity, failed_with("x"));
    store(database, plan[1].identity, done_with(1));
  }
  {
    SweepDatabase database(second, SweepDatabase::Access::write);
    store(database, plan[0].identity, done_with(2));
    store(database, plan[1].identity, failed_with("y"));
    store(database, plan[2].identity, failed_with("z"));
  }
  CHECK(merge_databases(path, {first, second}).pending == 3);
  SweepDatabase merged(path, SweepDatabase::Access::read);
  using enum PointStatus;
  CHECK(merged.statuses() == std::vector<PointStatus>{done, done, failed, pending, pending, pending});

  Sweep other = sweep;
  other.axes.pop_back();
  const std::filesystem::path third = folder.path() / "3.db";
  SweepDatabase(third, SweepDatabase::Access::create).store_plan(other, 1, plan_points(other, false));
  CHECK_THROWS_WITH_AS(static_cast<void>(merge_databases(path, {first, third})),
                       doctest::Contains("another sweep"), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(merge_databases(path, {third})), doctest::Contains("another sweep"),
                       Error);
}
