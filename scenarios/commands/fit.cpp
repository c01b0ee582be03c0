#include "scenarios/commands/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/fit.hpp"
#include "platforms/error.hpp"
#include "scenarios/choices.hpp"
#include "scenarios/commands/experiment_command.hpp"

namespace epsim {
namespace {

TraceFormat named_format(const std::string& name) {
  std::vector<Problem> problems;
  const nlohmann::json value = {{"format", name}};
  JsonObject object(value, "", problems);
  const auto format = object.choice<TraceFormat>("format", "a trace format", trace_formats());
  for (Problem& problem : problems) problem.place = "--format";
  if (!format) throw Error(Error::Kind::input, problems);
  return *format;
}

/// Selections [step][expert].
Matrix<double> count_loads(const TokenTrace& trace, int experts) {
  for (const TraceStep& step : trace.steps)
    for (const std::int32_t expert : step.expert) experts = std::max(experts, expert + 1);
  Matrix<double> loads(static_cast<int>(trace.steps.size()), experts);
  for (int step = 0; step < loads.rows(); ++step)
    for (const std::int32_t expert : trace.steps[static_cast<std::size_t>(step)].expert)
      ++loads(step, expert);
  return loads;
}

/// One layer of a matrix of loads.
Matrix<double> one_layer(const Matrix<double>& loads, int layer, const std::string& file) {
  if (layer >= loads.rows())
    throw input_error("--layer", fmt::format("{} has no layer {}", file, layer),
                      fmt::format("give 0 to {}", loads.rows() - 1));
  Matrix<double> row(1, loads.columns());
  std::ranges::copy(loads.row(layer), row.row(0).begin());
  return row;
}

}  // namespace

void fit(const FitOptions& options) {
  const TraceFormat format = options.format.empty() ? format_of(options.file) : named_format(options.format);
  const bool has_tokens = format != TraceFormat::loads;
  TraceLimits limits;
  if (options.layer >= 0) limits.layer = options.layer;
  if (options.experts > 0) limits.num_experts = options.experts;
  const Matrix<double> loads =
      has_tokens ? count_loads(read_token_trace(options.file, format, limits), options.experts)
                 : one_layer(read_loads(options.file), std::max(0, options.layer), options.file);
  const Fit found = fit_loads(loads, has_tokens);
  nlohmann::ordered_json workload = {{"skew", found.skew}};
  if (found.drift) workload["drift"] = *found.drift;
  print(text_of({{"workload", std::move(workload)}}));
}

}  // namespace epsim
