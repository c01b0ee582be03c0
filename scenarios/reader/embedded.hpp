// Files that are built into the program. The build turns platforms/*.json, sim/transports/*.json,
// scenarios/validation/*.json, analysis/*.py and the report's page into the definitions.
#pragma once

#include <span>
#include <string_view>

namespace epsim {

struct EmbeddedFile {
  std::string_view name;  ///< file name without extension
  std::string_view text;
};

/// All of a kind, sorted by name.
[[nodiscard]] std::span<const EmbeddedFile> embedded_platforms();
[[nodiscard]] std::span<const EmbeddedFile> embedded_transports();
[[nodiscard]] std::span<const EmbeddedFile> embedded_validation();
/// analysis/*.py
[[nodiscard]] std::span<const EmbeddedFile> embedded_scripts();
/// analysis/report/page/*.js
[[nodiscard]] std::span<const EmbeddedFile> embedded_report_scripts();
/// analysis/report/page/page.css
[[nodiscard]] std::span<const EmbeddedFile> embedded_report_styles();
/// Apache ECharts, where npm had brought it when this was built; else nothing.
[[nodiscard]] std::span<const EmbeddedFile> embedded_charts();

}  // namespace epsim
