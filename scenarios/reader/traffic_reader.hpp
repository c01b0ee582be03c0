// Traffic given directly: a matrix of bytes from each device to each other, uniform, inline or from a file.
#pragma once

#include <filesystem>
#include <optional>

#include "scenarios/reader/json_reader.hpp"
#include "sim/matrix.hpp"

namespace epsim {

/// Rows of whitespace-separated non-negative integers, one line per source; blank lines do not count. Throws
/// Error (input) with the file, line and field, unless it is square.
[[nodiscard]] Matrix<Bytes> load_matrix(const std::filesystem::path& path);

/// Reads `traffic`: exactly one of uniform_bytes_per_pair (diagonal 0), matrix_file (relative to
/// `base_folder`) and matrix. The result is devices x devices, and its sum at most 2^53.
[[nodiscard]] std::optional<Matrix<Bytes>> read_traffic(JsonObject object, int devices,
                                                        const std::filesystem::path& base_folder,
                                                        std::vector<Problem>& problems);

}  // namespace epsim
