// Files of sizes and times, as benchmarks print them.
#pragma once

#include <filesystem>
#include <vector>

#include "platforms/units.hpp"

namespace epsim {

struct MeasuredSize {
  Bytes bytes = 0;
  Seconds seconds = 0;
};

/// Reads a line per size, ascending: two columns (a size in bytes or with a unit, a time in microseconds or
/// with a unit), separated by spaces, commas or tabs; or what nccl-tests prints (size, count, type, redop,
/// root, time in us, ...: the out-of-place time). Lines that begin with # or a letter before the first
/// numbers are passed over. Throws Error (input) that names the line.
struct MeasuredFile {
  std::vector<MeasuredSize> sizes;
  int ranks = 0;  ///< as nccl-tests lists them; 0: the file does not say
};
[[nodiscard]] MeasuredFile read_measured_sizes(const std::filesystem::path& path);

}  // namespace epsim
