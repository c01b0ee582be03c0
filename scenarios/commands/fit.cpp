#include "scenarios/commands/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analysis/fit.hpp"
#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/trace_reader.hpp"

namespace epsim {
namespace {

TraceFormat named_format(const std::string& name) {
  std::vector<Problem> problems;
  const nlohmann::json value = {{"format", name}};
  JsonObject object(value, "", problems);
  const auto format = object.choice<TraceFormat>("format", "a trace format", choices_of<TraceFormat>());
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
    for (const std::int32_t expert : trace.steps[at(step)].expert) ++loads(step, expert);
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
  TraceLimits wanted;
  if (options.layer >= 0) wanted.layer = options.layer;
  if (options.experts > 0) wanted.num_experts = options.experts;
  int layer = std::max(0, options.layer);
  Matrix<double> loads;
  if (has_tokens) {
    const TokenTrace trace = read_token_trace(options.file, format, wanted);
    layer = trace.layer;
    loads = count_loads(trace, options.experts);
  } else {
    loads = one_layer(read_loads(options.file), layer, options.file);
  }
  const Fit found = fit_loads(loads, has_tokens);
  if (found.skew > limits::skew.high)
    throw input_error(
        options.file,
        fmt::format("the skew of layer {} is {:.3g}, more than a workload can have", layer, found.skew),
        fmt::format("give loads that differ less, of a skew of at most {}", limits::skew.high));
  std::cerr << fmt::format("epsim: layer {}, {} {}, {} experts\n", layer, loads.rows(),
                           loads.rows() == 1 ? "step" : "steps", loads.columns());
  nlohmann::ordered_json workload = {{"skew", found.skew}};
  if (found.drift) workload["drift"] = *found.drift;
  // The auxiliary loss would balance step by step what was fitted.
  print(text_of({{"expert_parallel", {{"use_auxiliary_loss", false}}}, {"workload", std::move(workload)}}));
}

}  // namespace epsim
