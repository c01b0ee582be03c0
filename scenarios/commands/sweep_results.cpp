#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "platforms/printable.hpp"
#include "platforms/system/temporary_file.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/commands/stored_results.hpp"
#include "scenarios/commands/sweep.hpp"
#include "scenarios/sweep/export.hpp"
#include "scenarios/sweep/merge.hpp"
#include "scenarios/sweep/show.hpp"

namespace epsim {
void sweep_show(const SweepShowOptions& options) {
  StoredResults results(options.db);
  const SweepFindings findings = findings_of(results.database, results.stored, options.group_by);
  print(options.json ? text_of(findings_json(findings, options.best))
                     : findings_table(findings, options.best));
}

void sweep_merge(const SweepMergeOptions& options) {
  const std::optional<Identity> wanted = identity_in(options.identity);
  if (!options.identity.empty() && !wanted)
    throw input_error("--identity", fmt::format("\"{}\" is not 32 hexadecimal digits", options.identity),
                      "take it from the merge.sh that --slurm has written, or leave it out");
  const Merged merged =
      merge_databases(options.target, {options.sources.begin(), options.sources.end()}, wanted);
  for (const std::string& reason : merged.left_out)
    std::cerr << "epsim: left out: " << printable(reason) << '\n';
  if (merged.pending > 0)
    std::cerr << fmt::format("epsim: {} points have no result yet; epsim sweep FILE --db {} runs them\n",
                             merged.pending, options.target);
}

void sweep_export(const SweepExportOptions& options) {
  StoredResults results(options.db);
  auto& [database, stored] = results;
  refuse_notes_of(options.db, options.output);
  for_each_row(database, stored, [](const ExportRow&) {});  // damage shows before anything is written
  std::optional<OutputFile> file;
  if (!options.output.empty()) file.emplace(options.output, "--output", options.db);
  (options.format == "csv" ? write_csv : write_json_lines)(file ? file->stream() : std::cout, database,
                                                           stored);
  if (file) file->commit();
  const std::vector<PointStatus> statuses = database.statuses();
  const auto pending = std::ranges::count(statuses, PointStatus::pending);
  if (pending > 0)
    std::cerr << fmt::format("epsim: {} of {} points have no result yet and no row\n", pending,
                             statuses.size());
}

}  // namespace epsim
