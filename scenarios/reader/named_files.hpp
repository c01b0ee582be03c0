// The files that a scenario or a sweep's values name.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace epsim {

struct NamedFile {
  std::string name;  ///< as it is written
  std::filesystem::path path;
};

/// Every text in `value` that names a regular file, from `folder` on; in order, as often as it is there.
[[nodiscard]] std::vector<NamedFile> files_named_in(const nlohmann::json& value,
                                                    const std::filesystem::path& folder);

}  // namespace epsim
