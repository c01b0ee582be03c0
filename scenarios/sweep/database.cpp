#include "scenarios/sweep/database.hpp"

#include <algorithm>
#include <variant>

#include "analysis/version.hpp"
#include "platforms/system/process.hpp"
#include "scenarios/sweep/schema.hpp"

namespace epsim {
namespace {

Identity identity_in(const Statement& row, int column) {
  Identity identity = {};
  const auto bytes = row.blob(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), identity.size()), identity.begin());
  return identity;
}

std::int64_t start_of_this_process() {
  static const std::int64_t start = start_of(this_process());
  return start;
}

SweepDatabase::Access made(const std::filesystem::path& path, SweepDatabase::Access access) {
  std::error_code ignored;
  if (access == SweepDatabase::Access::create && !std::filesystem::exists(path, ignored))
    create_sweep_database(path);
  check_is_sweep_database(path);
  return access;
}

Sqlite::Mode mode_for(SweepDatabase::Access access) {
  return access == SweepDatabase::Access::read ? Sqlite::Mode::read_only : Sqlite::Mode::read_write;
}

void bind_cell(Statement& statement, int parameter, const Cell& cell) {
  std::visit(
      [&](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::monostate>)
          statement.bind_null(parameter);
        else if constexpr (std::is_same_v<Value, std::string>)
          statement.bind(parameter, std::string_view(value));
        else
          statement.bind(parameter, value);
      },
      cell);
}

void insert_results(Sqlite& connection, const Identity& identity,
                    const std::vector<PatternResult>& patterns) {
  std::string sql = "INSERT INTO results VALUES(?,?,?";
  for (std::size_t i = 0; i < result_columns().size(); ++i) sql += ",?";
  Statement insert = connection.prepare(sql + ")");
  for (std::size_t place = 0; place < patterns.size(); ++place) {
    insert.bind_blob(1, identity).bind(2, static_cast<std::int64_t>(place));
    insert.bind(3, std::string_view(patterns[place].pattern));
    int parameter = 4;
    for (const Cell& cell : patterns[place].cells) bind_cell(insert, parameter++, cell);
    insert.run();
  }
}

}  // namespace

SweepDatabase::SweepDatabase(const std::filesystem::path& path, Access access)
    : path_(path), connection_(path, mode_for(made(path, access))), file_(file_at(path)) {
  check_tables(connection_, path_);
  if (access == Access::read) return;
  connection_.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
}

void SweepDatabase::check_is_in_place() const {
  if (file_at(path_) == file_) return;
  throw simulation_error(path_.string(), "was deleted, moved or replaced while the sweep ran",
                         "what was stored is in the file that was moved, or lost; run the command again");
}

std::optional<StoredSweep> SweepDatabase::sweep() {
  Statement select = connection_.prepare("SELECT identity, definition FROM sweep");
  if (!select.step()) return std::nullopt;
  return read_definition(select.text(1), identity_in(select, 0), path_);
}

void SweepDatabase::store_plan(const Sweep& sweep, std::optional<std::int64_t> seed,
                               const std::vector<PlannedPoint>& plan) {
  Transaction transaction(connection_);
  if (const auto stored = this->sweep(); stored && stored->sweep.name != sweep.name)
    throw input_error(path_.string(), "holds the sweep \"" + stored->sweep.name + "\"",
                      "give another file with --db; this one was not touched");
  connection_.run("DELETE FROM sweep; DELETE FROM plan;");
  Statement insert_sweep = connection_.prepare("INSERT INTO sweep VALUES(1, ?, ?, ?)");
  insert_sweep.bind(1, std::string_view(sweep.name)).bind_blob(2, identity_of(sweep));
  insert_sweep.bind(3, std::string_view(definition_of(sweep, seed))).run();
  Statement insert = connection_.prepare("INSERT INTO plan VALUES(?,?,?,?,?,?,?)");
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const PlannedPoint& point = plan[i];
    insert.bind(1, static_cast<std::int64_t>(i)).bind(2, static_cast<std::int64_t>(point.combination));
    insert.bind_blob(3, point.identity).bind_blob(4, point.routing);
    insert.bind(5, point.seconds).bind(6, point.memory).bind(7, std::string_view(point.error));
    insert.run();
    PointResult failure;
    failure.error = point.error;
    if (!point.error.empty()) store(point.identity, failure);
  }
  transaction.commit();
}

std::vector<PlannedPoint> SweepDatabase::plan() {
  std::vector<PlannedPoint> plan;
  Statement select = connection_.prepare(
      "SELECT combination, identity, routing, estimated_seconds, estimated_memory_bytes, error FROM plan"
      " ORDER BY point");
  while (select.step())
    plan.push_back({static_cast<std::uint64_t>(select.integer(0)), identity_in(select, 1),
                    identity_in(select, 2), select.real(3), select.real(4), select.text(5)});
  return plan;
}

std::vector<PointStatus> SweepDatabase::statuses() {
  std::vector<PointStatus> statuses;
  Statement select = connection_.prepare(
      "SELECT points.status FROM plan LEFT JOIN points USING(identity) ORDER BY plan.point");
  while (select.step())
    statuses.push_back(select.is_null(0)          ? PointStatus::pending
                       : select.text(0) == "done" ? PointStatus::done
                                                  : PointStatus::failed);
  return statuses;
}

Claim SweepDatabase::claim(const Identity& identity, bool retry_failed) {
  Statement select = connection_.prepare("SELECT status FROM points WHERE identity = ?");
  select.bind_blob(1, identity);
  if (select.step() && (select.text(0) == "done" || !retry_failed)) return Claim::finished;
  Statement claims = connection_.prepare("SELECT process, process_started FROM claims WHERE identity = ?");
  claims.bind_blob(1, identity);
  if (claims.step()) {
    const std::int64_t process = claims.integer(0);
    const std::int64_t started = start_of(process);
    const bool is_alive = process != this_process() && started != 0 && started == claims.integer(1);
    if (is_alive) return Claim::theirs;
  }
  Statement insert = connection_.prepare("INSERT OR REPLACE INTO claims VALUES(?, ?, ?)");
  insert.bind_blob(1, identity).bind(2, std::int64_t{this_process()}).bind(3, start_of_this_process()).run();
  return Claim::mine;
}

void SweepDatabase::store(const Identity& identity, const PointResult& result) {
  Statement unclaim = connection_.prepare("DELETE FROM claims WHERE identity = ?");
  unclaim.bind_blob(1, identity).run();
  Statement select = connection_.prepare("SELECT 1 FROM points WHERE identity = ? AND status = 'done'");
  select.bind_blob(1, identity);
  if (select.step()) return;
  Statement insert = connection_.prepare("INSERT OR REPLACE INTO points VALUES(?,?,?,?,?,?,?,?,?)");
  insert.bind_blob(1, identity).bind(2, std::string_view(result.error.empty() ? "done" : "failed"));
  insert.bind(3, std::string_view(result.error)).bind(4, std::string_view(result.scenario));
  insert.bind(5, version()).bind(6, result.wall_seconds).bind(7, result.memory_bytes);
  insert.bind(8, std::string_view(result.started_at)).bind(9, std::string_view(result.finished_at)).run();
  insert_results(connection_, identity, result.patterns);
}

void SweepDatabase::release_claims() {
  Statement remove = connection_.prepare("DELETE FROM claims WHERE process = ? AND process_started = ?");
  remove.bind(1, std::int64_t{this_process()}).bind(2, start_of_this_process()).run();
}

}  // namespace epsim
