// `epsim plot`: plots of exported results, by analysis/plot.py.
#pragma once

#include <optional>
#include <string>

namespace epsim {

/// What is not said has the script's default.
struct PlotOptions {
  std::string input;  ///< folder or file
  std::optional<std::string> kind;
  std::optional<std::string> out;
  std::optional<std::string> format;
  std::optional<std::string> pattern;
  std::optional<std::string> phase;
  std::optional<std::string> x;
  std::optional<std::string> y;
};

/// This process becomes the script, whose exit code follows ours. Throws Error where there is no Python.
[[noreturn]] void plot(const PlotOptions& options);

}  // namespace epsim
