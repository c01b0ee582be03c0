// The arguments of the commands that hold times against measurements.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "scenarios/commands/calibrate.hpp"
#include "scenarios/commands/validate.hpp"

namespace epsim {

/// Adds `epsim validate`; when it is given, `command_to_run` does it. Keeps references to both.
void add_validate(CLI::App& app, ValidateOptions& options, std::function<void()>& command_to_run);
/// Likewise `epsim calibrate`.
void add_calibrate(CLI::App& app, CalibrateOptions& options, std::function<void()>& command_to_run);

}  // namespace epsim
