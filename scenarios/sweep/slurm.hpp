// A sweep as a Slurm job array: a task per shard, each into a database of its own (WAL does not work on
// network file systems), and a dependent job that merges them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scenarios/sweep/identity.hpp"

namespace epsim {

struct SlurmJob {
  std::filesystem::path program;  ///< this binary, absolute
  std::filesystem::path folder;   ///< made; gets the scripts, logs and shards' databases
  std::filesystem::path target;   ///< the merged database
  std::string name;
  Identity identity = {};  ///< of the sweep
  int shards = 1;
  int jobs = 0;                             ///< points at a time in a task; 0: the CPUs that Slurm gives it
  std::vector<std::string> arguments;       ///< of `epsim sweep`, without --jobs, --shard and --db
  std::vector<std::string> sbatch_options;  ///< for both jobs
};

/// The batch scripts, ready for sbatch.
[[nodiscard]] std::string array_script(const SlurmJob& job);
[[nodiscard]] std::string merge_script(const SlurmJob& job);

struct SubmittedJobs {
  std::string array;
  std::string merge;
};

/// Writes both scripts and submits them; the merge starts when all tasks have ended, however they ended.
/// Throws Error (input) when the folder cannot be written and Error (simulation) with sbatch's words when it
/// refuses.
[[nodiscard]] SubmittedJobs submit(const SlurmJob& job);

}  // namespace epsim
