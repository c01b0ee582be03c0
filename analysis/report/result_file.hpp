// result.json as `compare --out` and `run --out` write it.
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace epsim {

/// What a comparison's report reads, of a folder of `--out`.
inline constexpr std::array report_inputs = {"result.json",  "spans.csv",   "critical_path.csv",
                                             "waits.csv",    "links.csv",   "traffic.csv",
                                             "topology.csv", "link_use.csv"};

/// result.json of a folder. Throws Error (input) when it is not epsim's, from another version, or incomplete:
/// all that reports use of it is there and of its kind.
[[nodiscard]] nlohmann::ordered_json read_result(const std::filesystem::path& folder);

}  // namespace epsim
