#include "scenarios/sweep/merge.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "platforms/system/input_file.hpp"
#include "scenarios/sweep/database.hpp"
#include "scenarios/sweep/schema.hpp"

namespace epsim {
namespace {

/// Copying a database into itself would wait for itself.
void check_are_different(const std::filesystem::path& target, const std::filesystem::path& source) {
  std::error_code ignored;
  if (std::filesystem::equivalent(target, source, ignored))
    throw input_error(source.string(), "is the target, too",
                      "name the databases of shards behind the target");
}

std::optional<StoredSweep> sweep_in(const std::filesystem::path& path) {
  return SweepDatabase(path, SweepDatabase::Access::read).sweep();
}

struct Sources {
  StoredSweep sweep;  ///< that they share
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> left_out;
};

/// Throws where one has another sweep than the others.
Sources of_one_sweep(const std::vector<std::filesystem::path>& paths) {
  std::optional<StoredSweep> common;
  for (const std::filesystem::path& path : paths) {
    std::optional<StoredSweep> sweep = sweep_in(path);
    if (!sweep) throw input_error(path.string(), "holds no sweep yet", "run its shard first");
    if (common && common->identity != sweep->identity)
      throw input_error(path.string(),
                        "holds another sweep, or another version's, than " + paths.front().string(),
                        "merge the shards of one sweep file; nothing was changed");
    common = std::move(sweep);
  }
  if (!common) throw input_error("", "nothing to merge", "name the shards' databases");
  return {std::move(*common), paths, {}};
}

/// Why it is not wanted; empty: it is.
std::string reason_against(const std::optional<StoredSweep>& sweep, const Identity& wanted) {
  if (!sweep) return "holds no sweep yet";
  return sweep->identity == wanted ? "" : "holds another sweep, or an older version of it";
}

Sources of_wanted_sweep(const std::vector<std::filesystem::path>& paths, const Identity& wanted) {
  std::optional<StoredSweep> common;
  Sources sources;
  for (const std::filesystem::path& path : paths) {
    check_input_file(path, "give a sweep database");
    try {
      check_is_sweep_database(path);
    } catch (const Error& error) {  // another program's file, or an older format
      sources.left_out.emplace_back(error.what());
      continue;
    }
    std::optional<StoredSweep> sweep = sweep_in(path);
    const std::string reason = reason_against(sweep, wanted);
    if (!reason.empty()) {
      sources.left_out.push_back(path.string() + " " + reason);
      continue;
    }
    common = std::move(sweep);
    sources.paths.push_back(path);
  }
  if (!common) throw input_error("", "none of the databases holds the sweep", "run its shards first");
  sources.sweep = std::move(*common);
  return sources;
}

/// Whether the target has to take another plan.
bool is_replanned(const std::filesystem::path& target, const StoredSweep& stored, bool may_replan) {
  std::error_code ignored;
  if (!std::filesystem::exists(target, ignored)) return false;
  const auto before = sweep_in(target);
  if (!before || before->identity == stored.identity) return false;
  if (!may_replan || before->sweep.name != stored.sweep.name)
    throw input_error(target.string(), "holds another sweep", "merge into another file; nothing was changed");
  return true;
}

/// Rows of the attached database `source`. A result replaces a failure, nothing replaces a result.
constexpr const char* copy_rows =
    "CREATE TEMP TABLE wanted AS SELECT s.identity FROM source.points s LEFT JOIN main.points m "
    "USING(identity)"
    " WHERE m.identity IS NULL OR (m.status = 'failed' AND s.status = 'done');"
    "INSERT OR REPLACE INTO main.points SELECT * FROM source.points WHERE identity IN wanted;"
    "INSERT OR REPLACE INTO main.results SELECT * FROM source.results WHERE identity IN wanted;"
    "INSERT OR IGNORE INTO main.sweep SELECT * FROM source.sweep;"
    "INSERT OR IGNORE INTO main.plan SELECT * FROM source.plan;"
    "DROP TABLE wanted;";

void copy(SweepDatabase& target, const std::filesystem::path& source, bool takes_plan) {
  target.connection().attach(source, "source");
  {
    Transaction transaction(target.connection());
    if (takes_plan) target.connection().run("DELETE FROM main.sweep; DELETE FROM main.plan;");
    target.connection().run(copy_rows);
    transaction.commit();
  }
  target.connection().run("DETACH source");
}

}  // namespace

Merged merge_databases(const std::filesystem::path& target, const std::vector<std::filesystem::path>& sources,
                       const std::optional<Identity>& wanted) {
  for (const std::filesystem::path& source : sources) check_are_different(target, source);
  const Sources merged = wanted ? of_wanted_sweep(sources, *wanted) : of_one_sweep(sources);
  const bool takes_plan = is_replanned(target, merged.sweep, wanted.has_value());
  SweepDatabase database(target, SweepDatabase::Access::create);
  for (std::size_t i = 0; i < merged.paths.size(); ++i) copy(database, merged.paths[i], takes_plan && i == 0);
  const std::vector<PointStatus> statuses = database.statuses();
  return {static_cast<std::size_t>(std::ranges::count(statuses, PointStatus::pending)), merged.left_out};
}

}  // namespace epsim
