// What can be said to the commands that show results.
#pragma once

#include <functional>

#include "scenarios/commands/plot.hpp"
#include "scenarios/commands/report.hpp"

namespace CLI {
class App;
}

namespace epsim {

/// `options` and `chosen` have to outlive the parsing and the command; `chosen` becomes the command that was
/// called.
void add_plot(CLI::App& app, PlotOptions& options, std::function<void()>& chosen);
void add_report(CLI::App& app, ReportOptions& options, std::function<void()>& chosen);

}  // namespace epsim
