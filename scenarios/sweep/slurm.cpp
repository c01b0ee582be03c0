#include "scenarios/sweep/slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "platforms/error.hpp"
#include "platforms/system/process.hpp"
#include "platforms/system/temporary_file.hpp"

namespace epsim {
namespace {

/// A word for the shell.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

/// What the shards' databases are called, up to their number.
std::string shard_prefix(const SlurmJob& job) {
  return (job.folder / "shard-").string();
}

std::string heading(const SlurmJob& job, const std::string& log) {
  std::string name = job.name;
  std::ranges::replace_if(
      name, [](char c) { return c <= ' '; }, '_');
  return fmt::format("#!/bin/sh\n#SBATCH --job-name={}\n#SBATCH --output=\"{}\"\n", name,
                     (job.folder / log).string());
}

void write_script(const std::filesystem::path& path, const std::string& text) {
  OutputFile file(path, "--slurm", {});
  file.stream() << text;
  file.commit();
}

/// The number of the submitted job: `--parsable` prints "JOB" or "JOB;CLUSTER".
std::string submit_script(const std::string& arguments) {
  const CommandOutput output = output_of("sbatch --parsable " + arguments);
  const std::string first = output.text.substr(0, output.text.find_first_of(";\n"));
  const bool is_number = !first.empty() && first.find_first_not_of("0123456789") == std::string::npos;
  if (output.succeeded && is_number) return first;
  std::string words = output.text;
  std::ranges::replace(words, '\n', ' ');
  throw simulation_error("sbatch", "refused: " + words, "the scripts are written; see sbatch's manual");
}

}  // namespace

std::string array_script(const SlurmJob& job) {
  std::string text = heading(job, "shard-%a.log");
  text += fmt::format("#SBATCH --array=1-{}\n", job.shards);
  text += "exec " + quoted(job.program.string()) + " sweep";
  for (const std::string& argument : job.arguments) text += " " + quoted(argument);
  text += job.jobs > 0 ? fmt::format(" --jobs {}", job.jobs) : " --jobs \"${SLURM_CPUS_PER_TASK:-1}\"";
  text += fmt::format(" --shard \"$SLURM_ARRAY_TASK_ID\"/{}", job.shards);
  return text + " --db " + quoted(shard_prefix(job)) + "\"$SLURM_ARRAY_TASK_ID\".db\n";
}

std::string merge_script(const SlurmJob& job) {
  std::string text = heading(job, "merge.log");
  text += "exec " + quoted(job.program.string()) + " sweep merge " + quoted(job.target.string());
  // A task that never ran leaves no database, or that of an older version of the sweep.
  return text + " --identity " + hexadecimal(job.identity) + " " + quoted(shard_prefix(job)) + "*.db\n";
}

SubmittedJobs submit(const SlurmJob& job) {
  std::error_code error;
  std::filesystem::create_directories(job.folder, error);
  const std::filesystem::path array = job.folder / "array.sh";
  const std::filesystem::path merge = job.folder / "merge.sh";
  write_script(array, array_script(job));
  write_script(merge, merge_script(job));
  std::string options;
  for (const std::string& option : job.sbatch_options) options += quoted(option) + " ";
  SubmittedJobs jobs;
  jobs.array = submit_script(options + quoted(array.string()));
  jobs.merge = submit_script(options + "--dependency=afterany:" + jobs.array + " " + quoted(merge.string()));
  return jobs;
}

}  // namespace epsim
