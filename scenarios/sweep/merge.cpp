#include "scenarios/sweep/merge.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "scenarios/sweep/database.hpp"

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

/// The identity that all sources share. Throws when there is none.
StoredSweep common_sweep(const std::vector<std::filesystem::path>& sources) {
  std::optional<StoredSweep> common;
  for (const std::filesystem::path& path : sources) {
    std::optional<StoredSweep> sweep = sweep_in(path);
    if (!sweep) throw input_error(path.string(), "holds no sweep yet", "run its shard first");
    if (common && common->identity != sweep->identity)
      throw input_error(path.string(),
                        "holds another sweep, or another version's, than " + sources.front().string(),
                        "merge the shards of one sweep file; nothing was changed");
    common = std::move(sweep);
  }
  if (!common) throw input_error("", "nothing to merge", "name the shards' databases");
  return std::move(*common);
}

void check_target(const std::filesystem::path& target, const Identity& identity) {
  std::error_code ignored;
  if (!std::filesystem::exists(target, ignored)) return;
  const auto sweep = sweep_in(target);
  if (sweep && sweep->identity != identity)
    throw input_error(target.string(), "holds another sweep", "merge into another file; nothing was changed");
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

void copy(SweepDatabase& target, const std::filesystem::path& source) {
  Statement attach = target.connection().prepare("ATTACH ? AS source");
  attach.bind(1, std::string_view(source.native())).run();
  {
    Transaction transaction(target.connection());
    target.connection().run(copy_rows);
    transaction.commit();
  }
  target.connection().run("DETACH source");
}

}  // namespace

std::size_t merge_databases(const std::filesystem::path& target,
                            const std::vector<std::filesystem::path>& sources) {
  for (const std::filesystem::path& source : sources) check_are_different(target, source);
  check_target(target, common_sweep(sources).identity);
  SweepDatabase database(target, SweepDatabase::Access::create);
  for (const std::filesystem::path& source : sources) copy(database, source);
  const std::vector<PointStatus> statuses = database.statuses();
  return static_cast<std::size_t>(std::ranges::count(statuses, PointStatus::pending));
}

}  // namespace epsim
