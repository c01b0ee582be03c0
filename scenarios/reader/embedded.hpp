// Platform presets that are built into the program. The build turns platforms/*.json into the definition.
#pragma once

#include <span>
#include <string_view>

namespace epsim {

struct EmbeddedFile {
  std::string_view name;  ///< file name without ".json"
  std::string_view text;
};

/// All platform presets, sorted by name.
[[nodiscard]] std::span<const EmbeddedFile> embedded_platforms();

}  // namespace epsim
