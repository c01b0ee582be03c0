#include "scenarios/sweep/slurm.hpp"

#include <doctest/doctest.h>

using namespace epsim;

TEST_CASE("batch scripts quote every word and run a shard per task") {
  const SlurmJob job{.program = "/opt/ep sim/epsim",
                     .folder = "/home/user/it's.slurm",
                     .target = "/home/user/it's.db",
                     .name = "my sweep",
                     .identity = {0x01, 0xff},
                     .shards = 3,
                     .arguments = {"/home/user/it's.json", "--set", "/workload/skew=1"}};
  CHECK(array_script(job) ==
        "#!/bin/sh\n"
        "#SBATCH --job-name=my_sweep\n"
        "#SBATCH --output=\"/home/user/it's.slurm/shard-%a.log\"\n"
        "#SBATCH --array=1-3\n"
        "exec '/opt/ep sim/epsim' sweep '/home/user/it'\\''s.json' '--set' '/workload/skew=1'"
        " --jobs \"${SLURM_CPUS_PER_TASK:-1}\" --shard \"$SLURM_ARRAY_TASK_ID\"/3"
        " --db '/home/user/it'\\''s.slurm/shard-'\"$SLURM_ARRAY_TASK_ID\".db\n");
  CHECK(merge_script(job) ==
        "#!/bin/sh\n"
        "#SBATCH --job-name=my_sweep\n"
        "#SBATCH --output=\"/home/user/it's.slurm/merge.log\"\n"
        "exec '/opt/ep sim/epsim' sweep merge '/home/user/it'\\''s.db'"
        " --identity 01ff0000000000000000000000000000 "
        "'/home/user/it'\\''s.slurm/shard-'*.db\n");
}
