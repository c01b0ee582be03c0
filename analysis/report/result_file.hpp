// result.json as `compare --out` and `run --out` write it.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace epsim {

/// The files of `--out`, which may still have other names than those that people will see.
struct ResultFiles {
  std::string folder;                                            ///< for messages
  std::function<std::filesystem::path(const char* name)> place;  ///< of "result.json", ...

  /// As people know it.
  [[nodiscard]] std::string name_of(const char* name) const;
};

/// Throws Error (input) when it is not epsim's, from another version, or incomplete.
[[nodiscard]] nlohmann::ordered_json read_result(const ResultFiles& files);

/// The patterns' names, in its order.
[[nodiscard]] std::vector<std::string> patterns_of(const nlohmann::ordered_json& result);

}  // namespace epsim
