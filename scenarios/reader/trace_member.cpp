#include "scenarios/reader/trace_member.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "platforms/indexing.hpp"
#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/trace_reader.hpp"
#include "sim/random.hpp"
#include "sim/routing/learned_gate.hpp"
#include "sim/routing/recorded.hpp"

namespace epsim {
namespace {

struct Request {
  std::filesystem::path file;
  TraceFormat format = TraceFormat::csv;
  std::optional<int> layer;
};

std::optional<Request> read_request(JsonObject& workload, const std::filesystem::path& base_folder) {
  const nlohmann::json* value = workload.raw("trace");
  if (!value) return std::nullopt;
  std::optional<std::string> file;
  Request request;
  std::optional<TraceFormat> format;
  if (value->is_string()) {
    file = value->get<std::string>();
  } else {
    JsonObject object = workload.object("trace");
    file = object.string("file");
    format = object.choice("format", "a trace format", choices_of<TraceFormat>());
    request.layer = object.integer("layer", limits::layer);
    if (!file && !object.has("file"))
      object.add_problem("file", "missing", "give a file of recorded routing");
    object.finish();
  }
  if (!file) return std::nullopt;
  request.file = std::filesystem::absolute(base_folder / *file).lexically_normal();
  request.format = format ? *format : format_of(request.file);
  return request;
}

/// Equal shares of what all recorded ranks had, unless there are as many ranks as were recorded.
std::vector<int> deal(const std::vector<int>& recorded, int ranks) {
  if (static_cast<int>(recorded.size()) == ranks) return recorded;
  const int tokens = std::accumulate(recorded.begin(), recorded.end(), 0);
  std::vector<int> dealt(static_cast<std::size_t>(ranks), tokens / ranks);
  for (int rank = 0; rank < tokens % ranks; ++rank) ++dealt[at(rank)];
  return dealt;
}

void normalise(std::vector<float>& weights, std::size_t top_k) {
  for (std::size_t first = 0; first < weights.size(); first += top_k) {
    const std::span<float> token = std::span(weights).subspan(first, top_k);
    const float sum = std::accumulate(token.begin(), token.end(), 0.0F);
    for (float& weight : token) weight = sum > 0 ? weight / sum : 1.0F / static_cast<float>(top_k);
  }
}

void use_tokens(const Request& request, JsonObject& workload, Scenario& scenario) {
  const ExpertParallel& experts = scenario.expert_parallel;
  const TraceLimits limits{request.layer, experts.num_experts, experts.top_k};
  TokenTrace trace = read_token_trace(request.file, request.format, limits);
  scenario.workload.trace.layer = trace.layer;
  const auto recorded = static_cast<int>(trace.steps.size());
  for (const char* key : {"skew", "popularity", "drift", "topics", "embedding_dim"})
    if (workload.has(key))
      workload.add_problem(key, "shapes synthetic tokens, and a trace of tokens brings its own",
                           "leave it out");
  if (workload.has("tokens_per_device"))
    workload.add_problem("tokens_per_device", "a trace of tokens brings its own", "leave it out");
  if (workload.has("steps") && scenario.workload.steps > recorded)
    workload.add_problem("steps", fmt::format("the trace has {}", recorded),
                         fmt::format("give 1 to {}", recorded));
  if (!workload.has("steps")) scenario.workload.steps = recorded;
  RecordedRouting routing;
  for (TraceStep& step : trace.steps) {
    normalise(step.weight, static_cast<std::size_t>(trace.top_k));
    routing.steps.push_back({deal(step.tokens_of_rank, experts.expert_parallel_size), std::move(step.expert),
                             std::move(step.weight)});
  }
  scenario.workload.tokens_per_device = routing.steps.front().tokens_per_device;
  scenario.workload.trace.recorded = std::make_shared<RecordedRouting>(std::move(routing));
}

void use_loads(const Request& request, JsonObject& workload, Scenario& scenario) {
  const Matrix<double> loads = read_loads(request.file);
  const int layer = request.layer.value_or(0);
  scenario.workload.trace.layer = layer;
  for (const char* key : {"skew", "popularity"})
    if (workload.has(key)) workload.add_problem(key, "recorded loads bring their own", "leave it out");
  if (layer >= loads.rows())
    return workload.add_problem("trace", fmt::format("there is no layer {}", layer),
                                fmt::format("give 0 to {}", loads.rows() - 1));
  if (loads.columns() != scenario.expert_parallel.num_experts)
    return workload.add_problem("trace",
                                fmt::format("recorded {} experts, and the model has {}", loads.columns(),
                                            scenario.expert_parallel.num_experts),
                                fmt::format("set /expert_parallel/num_experts to {}", loads.columns()));
  std::vector<double> logs(loads.row(layer).begin(), loads.row(layer).end());
  double least = std::numeric_limits<double>::infinity();
  for (const double load : logs)
    if (load > 0) least = std::min(least, load);
  for (double& load : logs) load = portable_log(load > 0 ? load : least / 2);
  const double skew = standardise(logs);
  if (skew > limits::skew.high)
    return workload.add_problem(
        "trace",
        fmt::format("the logarithms of layer {}'s loads have a standard deviation of {:.3g}", layer, skew),
        fmt::format("give loads that differ less, of at most {}", limits::skew.high));
  scenario.workload.skew = skew;
  scenario.workload.log_popularity = std::move(logs);
}

void check_router(JsonObject& workload, bool has_tokens, const ExpertParallel& experts) {
  if (experts.routing_strategy != RoutingStrategy::learned_gating)
    workload.add_problem("trace",
                         fmt::format("{} ranks experts without it", name_of(experts.routing_strategy)),
                         "set /expert_parallel/routing_strategy to learned_gating");
  const bool needs_scores = experts.load_balancing == LoadBalancing::expert_choice_based ||
                            experts.load_balancing == LoadBalancing::load_aware;
  if (has_tokens && needs_scores)
    workload.add_problem(
        "trace",
        fmt::format("{} needs the scores of all experts, which a trace of tokens does not have",
                    name_of(experts.load_balancing)),
        "use token_choice_based, dynamic or round_robin");
}

}  // namespace

void read_trace(JsonObject& workload, const std::filesystem::path& base_folder, bool known,
                Scenario& scenario) {
  try {
    const std::optional<Request> request = read_request(workload, base_folder);
    if (!request || !known) return;
    const bool has_tokens = request->format != TraceFormat::loads;
    check_router(workload, has_tokens, scenario.expert_parallel);
    Trace& trace = scenario.workload.trace;
    trace.file = request->file.string();
    trace.format = name_of(request->format);
    if (has_tokens)
      use_tokens(*request, workload, scenario);
    else
      use_loads(*request, workload, scenario);
  } catch (const Error& error) {
    for (const Problem& problem : error.problems())
      workload.add_problem("trace", problem.place + ": " + problem.what, problem.remedy);
  }
}

}  // namespace epsim
