#include "scenarios/commands/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "analysis/estimate/memory_estimate.hpp"
#include "platforms/system/machine.hpp"
#include "platforms/units.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/sweep/database.hpp"
#include "scenarios/sweep/plan.hpp"
#include "scenarios/sweep/plan_table.hpp"
#include "scenarios/sweep/progress_report.hpp"
#include "scenarios/sweep/runner.hpp"
#include "scenarios/sweep/slurm.hpp"
#include "scenarios/sweep/sweep_reader.hpp"

namespace epsim {
namespace {

/// From 1.
struct Shard {
  int index = 1;
  int count = 1;
};

Shard parse_shard(const std::string& text) {
  Shard shard;
  if (text.empty()) return shard;
  const char* end = text.data() + text.size();
  const auto [slash, first] = std::from_chars(text.data(), end, shard.index);
  const bool has_slash = first == std::errc() && slash != end && *slash == '/';
  const auto [rest, second] = has_slash ? std::from_chars(slash + 1, end, shard.count)
                                        : std::from_chars_result{end, std::errc::invalid_argument};
  if (second != std::errc() || rest != end || shard.index < 1 || shard.index > shard.count)
    throw input_error("--shard", fmt::format("\"{}\" is not a shard", text),
                      "write I/N with I from 1 to N, like 2/8");
  return shard;
}

Bytes parse_memory_limit(const std::string& text) {
  if (text.empty()) return 0;
  try {
    return parse_bytes(text);
  } catch (const Error& error) {
    const Problem& problem = error.problems().front();
    throw input_error("--memory-limit", problem.what, problem.remedy);
  }
}

/// In the current folder, named like the sweep file.
std::filesystem::path database_path(const SweepOptions& options, Shard shard) {
  if (!options.db.empty()) return options.db;
  const std::string name = std::filesystem::path(options.file).stem().string();
  return name + (shard.count == 1 ? "" : fmt::format(".shard-{}-of-{}", shard.index, shard.count)) + ".db";
}

std::optional<std::int64_t> base_seed(const Sweep& sweep) {
  const Scenario base = parse_scenario(*sweep.base, sweep.base_folder, sweep.base_name);
  if (base.direct_traffic) return std::nullopt;
  return static_cast<std::int64_t>(base.workload.seed);
}

/// The points of the sweep: the database's when it has planned this very sweep before.
std::vector<PlannedPoint> planned_points(const Sweep& sweep, const SweepOptions& options,
                                         SweepDatabase& database, ProgressReport& report) {
  const auto stored = database.sweep();
  if (stored && stored->identity == identity_of(sweep)) {
    std::vector<PlannedPoint> plan = database.plan();
    for (const PlannedPoint& point : plan)
      if (point.combination >= combinations(sweep))
        throw damaged_database(database.path(), "its plan has a combination that the sweep has not");
    return plan;
  }
  std::vector<PlannedPoint> points =
      plan_points(sweep, options.any_size,
                  [&, size = combinations(sweep)](std::uint64_t seen) { report.show_planning(seen, size); });
  database.store_plan(sweep, base_seed(sweep), points);
  return points;
}

struct Pending {
  std::vector<std::size_t> points;
  std::size_t done = 0;
  std::size_t failed = 0;
};

Pending pending_of(std::vector<std::size_t> chosen, const std::vector<PlannedPoint>& plan,
                   const std::vector<PointStatus>& statuses, bool retry_failed) {
  if (statuses.size() != plan.size())
    throw simulation_error("", "another process has planned the sweep anew", "run the same command again");
  Pending pending;
  for (const std::size_t point : chosen) {
    const bool can_run = plan[point].error.empty();
    if (statuses[point] == PointStatus::done)
      ++pending.done;
    else if (statuses[point] == PointStatus::pending || (retry_failed && can_run))
      pending.points.push_back(point);
    else
      ++pending.failed;
  }
  return pending;
}

void run_sweep(const Sweep& sweep, const SweepOptions& options, Shard shard) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const RunnerOptions runner{.jobs = options.jobs > 0 ? options.jobs : cores,
                             .limits = {options.time_limit, parse_memory_limit(options.memory_limit)},
                             .memory = physical_memory(),
                             .retry_failed = options.retry_failed};
  SweepDatabase database(database_path(options, shard), SweepDatabase::Access::create);
  ProgressReport report(options.quiet);
  const std::vector<PlannedPoint> plan = planned_points(sweep, options, database, report);
  const Pending pending =
      pending_of(shard_of(plan, shard.index, shard.count), plan, database.statuses(), options.retry_failed);
  report.say(fmt::format("{}: {} points to run, {} done, {} failed before; results in {}", sweep.name,
                         pending.points.size(), pending.done, pending.failed, database.path().string()));
  std::size_t failed = pending.failed;
  std::string last_error;
  if (!pending.points.empty()) {
    const RunState state = run_points(sweep, plan, pending.points, database, runner,
                                      [&](const RunState& now) { report.show(now); });
    failed += state.failed;
    last_error = state.last_error;
    report.say(progress_text(state, report.elapsed_seconds(), false));
  }
  database.check_is_in_place();
  if (failed == 0) return;
  throw simulation_error(
      "", fmt::format("{} points failed{}", failed, last_error.empty() ? "" : "; the last: " + last_error),
      fmt::format("epsim sweep export {} tells why, --retry-failed tries again", database.path().string()));
}

/// What a task of the job array is asked for.
std::vector<std::string> task_arguments(const SweepOptions& options) {
  std::vector<std::string> arguments = {std::filesystem::absolute(options.file).string()};
  for (const std::string& one : options.overrides) arguments.insert(arguments.end(), {"--set", one});
  if (options.time_limit > 0)
    arguments.insert(arguments.end(), {"--time-limit", fmt::format("{}", options.time_limit)});
  if (!options.memory_limit.empty())
    arguments.insert(arguments.end(), {"--memory-limit", options.memory_limit});
  if (options.retry_failed) arguments.emplace_back("--retry-failed");
  if (options.any_size) arguments.emplace_back("--yes");
  return arguments;
}

/// The sweep's points are planned here, so that faults show before anything is submitted.
void submit_sweep(const Sweep& sweep, const SweepOptions& options) {
  static_cast<void>(parse_memory_limit(options.memory_limit));
  const std::size_t points = plan_points(sweep, options.any_size).size();
  const std::filesystem::path target = std::filesystem::absolute(database_path(options, {}));
  std::filesystem::path folder = target;
  folder.replace_extension(".slurm");
  const int shards =
      static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(options.shards), points));
  const SubmittedJobs jobs = submit({.program = std::filesystem::read_symlink("/proc/self/exe"),
                                     .folder = folder,
                                     .target = target,
                                     .name = sweep.name,
                                     .identity = identity_of(sweep),
                                     .shards = shards,
                                     .jobs = options.jobs,
                                     .arguments = task_arguments(options),
                                     .sbatch_options = options.sbatch_options});
  std::cout << fmt::format("{}: {} points in {} tasks of job {}; job {} then merges them into {}\n",
                           sweep.name, points, shards, jobs.array, jobs.merge, target.string())
            << fmt::format("scripts and logs in {}\n", folder.string());
}

}  // namespace

void sweep(const SweepOptions& options) {
  const Shard shard = parse_shard(options.shard);
  const Sweep sweep = read_sweep(options.file, options.overrides);
  if (options.slurm && !options.shard.empty())
    throw input_error("--shard", "--slurm makes the shards itself", "leave out one of the two");
  if (options.slurm && !options.dry_run) return submit_sweep(sweep, options);
  if (!options.dry_run) return run_sweep(sweep, options, shard);
  const std::vector<PlannedPoint> plan = plan_points(sweep, options.any_size);
  write_plan_table(std::cout, sweep, plan, shard_of(plan, shard.index, shard.count));
}

}  // namespace epsim
