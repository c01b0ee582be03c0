#include "scenarios/commands/plot.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "analysis/version.hpp"
#include "platforms/error.hpp"
#include "platforms/system/process.hpp"
#include "scenarios/reader/embedded.hpp"

namespace epsim {

void plot(const PlotOptions& options) {
  constexpr const char* python = "/usr/bin/python3";  // Debian's, which its matplotlib belongs to
  if (!std::filesystem::exists(python))
    throw simulation_error("plot", "python3 and matplotlib are missing",
                           "apt-get install python3-matplotlib");
  std::vector<std::string> arguments = {"-", options.input, "--version=" + std::string(version())};
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value) arguments.push_back(name + ("=" + *value));
  };
  add("--kind", options.kind);
  add("--out", options.out);
  add("--format", options.format);
  add("--pattern", options.pattern);
  add("--phase", options.phase);
  add("--x", options.x);
  add("--y", options.y);
  const auto scripts = embedded_scripts();
  const auto script = std::ranges::find(scripts, "plot", &EmbeddedFile::name);
  become(python, arguments, script->text);
}

}  // namespace epsim
