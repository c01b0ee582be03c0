// Reads recorded routing: Megatron's router JSONL, CSV, and matrices of expert loads.
//
// megatron (.jsonl): an object per line with step, layer, rank, num_tokens, topk and top_indices (a list per
// token, or one flat list); other members are ignored. csv: lines of step,layer,token,expert
// ids...[,weights...], best expert first, with a decimal point in weights; one line of headings allowed.
// loads (.json): a list of layers, each a list of the experts' loads, as EPLB takes.
//
// Steps are whole numbers that go up by one; of a step each token appears once, in ascending order (megatron:
// each rank once).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "platforms/names.hpp"
#include "sim/matrix.hpp"

namespace epsim {

enum class TraceFormat : std::uint8_t { megatron, csv, loads };
template <>
struct Names<TraceFormat> {
  static constexpr auto values = name_list("megatron", "csv", "loads");
};

/// By the file's name: .jsonl, .csv or .json. Throws Error (input).
[[nodiscard]] TraceFormat format_of(const std::filesystem::path& file);

struct TraceStep {
  std::vector<int> tokens_of_rank;  ///< as recorded; csv: one entry
  std::vector<std::int32_t> expert;
  std::vector<float> weight;  ///< empty: not recorded
};

/// One layer's selections.
struct TokenTrace {
  int layer = 0;
  int top_k = 0;
  std::vector<TraceStep> steps;
};

struct TraceLimits {
  std::optional<int> layer;        ///< empty: the first in the file
  std::optional<int> num_experts;  ///< empty: any expert
  std::optional<int> top_k;        ///< empty: that of the first line
};

/// `format` is megatron or csv. Throws Error (input) with file, line and field.
[[nodiscard]] TokenTrace read_token_trace(const std::filesystem::path& file, TraceFormat format,
                                          const TraceLimits& limits);

/// [layer][expert]. Throws Error (input).
[[nodiscard]] Matrix<double> read_loads(const std::filesystem::path& file);

}  // namespace epsim
