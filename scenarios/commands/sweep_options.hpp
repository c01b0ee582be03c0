// What `epsim sweep` and its commands are asked on the command line.
#pragma once

#include <string>
#include <vector>

namespace epsim {

/// `epsim sweep FILE`
struct SweepOptions {
  std::string file;
  std::vector<std::string> overrides;  ///< "/pointer=value" of the base
  std::string db;                      ///< empty: default_database
  std::string shard;                   ///< "I/N"; empty: all points
  std::string memory_limit;            ///< with a unit; empty: none
  double time_limit = 0;               ///< seconds; 0: none
  int jobs = 0;                        ///< points at a time; 0: one per core
  bool dry_run = false;
  bool retry_failed = false;
  bool any_size = false;  ///< --yes
  bool quiet = false;
  bool slurm = false;
  int shards = 4;                           ///< of the job array
  std::vector<std::string> sbatch_options;  ///< for sbatch, as it takes them
};

/// `epsim sweep export DB`
struct SweepExportOptions {
  std::string db;
  std::string format = "csv";  ///< or "jsonl"
  std::string output;          ///< empty: standard output
};

/// `epsim sweep merge TARGET DB...`
struct SweepMergeOptions {
  std::string identity;  ///< of the sweep that is wanted, hexadecimal; empty: what the first source holds
  std::string target;
  std::vector<std::string> sources;
};

/// `epsim sweep show DB`
struct SweepShowOptions {
  std::string db;
  std::vector<std::string> group_by;  ///< pointers; empty: all
  bool best = false;                  ///< only the best pattern of each group
  bool json = false;
};

}  // namespace epsim
