// `epsim sweep`: many points of a scenario, unattended and resumable.
#pragma once

#include "scenarios/commands/sweep_options.hpp"

namespace epsim {

/// Lists the points, submits them to Slurm, or runs what has no result yet. Throws Error; Error (simulation)
/// when points have failed.
void sweep(const SweepOptions& options);
void sweep_export(const SweepExportOptions& options);
void sweep_show(const SweepShowOptions& options);
void sweep_merge(const SweepMergeOptions& options);

}  // namespace epsim
