#include "scenarios/reader/trace_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "platforms/error.hpp"
#include "platforms/system/input_file.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/limits.hpp"

namespace epsim {
namespace {

using nlohmann::json;

std::string load_text(const std::filesystem::path& file) {
  constexpr const char* remedy = "give a file of recorded routing";
  std::string text = read_input_file(file, remedy);
  if (text.empty()) throw input_error(file.string(), "is empty", remedy);
  return text;
}

/// Collects the tokens of one layer, in the order of the file, and checks what both formats promise.
class TraceBuilder {
 public:
  TraceBuilder(std::string file, const TraceLimits& limits) : file_(std::move(file)), limits_(limits) {}

  [[nodiscard]] std::string place(std::size_t line, const std::string& field) const {
    return fmt::format("{}, line {}{}{}", file_, line, field.empty() ? "" : ", ", field);
  }

  /// False: the line belongs to another layer.
  bool begin_line(std::int64_t step, std::int64_t layer, std::size_t line) {
    if (!has_layer_) trace_.layer = limits_.layer.value_or(static_cast<int>(layer));
    has_layer_ = true;
    if (layer != trace_.layer) return false;
    if (trace_.steps.empty() || step == step_ + 1)
      trace_.steps.emplace_back();
    else if (step != step_)
      throw input_error(place(line, "step"), fmt::format("{} follows step {}", step, step_),
                        "give every step, in ascending order");
    step_ = step;
    return true;
  }

  void set_top_k(std::int64_t top_k, std::size_t line, const std::string& field) {
    if (trace_.top_k == 0) trace_.top_k = limits_.top_k.value_or(static_cast<int>(top_k));
    if (top_k != trace_.top_k)
      throw input_error(place(line, field),
                        fmt::format("{} experts per token where {} are expected", top_k, trace_.top_k),
                        "give every token top_k experts");
  }

  void add_token(std::span<const std::int64_t> experts, std::size_t line, const std::string& field) {
    std::vector<std::int32_t>& list = trace_.steps.back().expert;
    for (const std::int64_t expert : experts) {
      const std::int64_t end = limits_.num_experts.value_or(65536);
      if (expert < 0 || expert >= end)
        throw input_error(place(line, field), fmt::format("there is no expert {}", expert),
                          fmt::format("give 0 to {}; the model has {} experts", end - 1, end));
      if (std::ranges::count(experts, expert) > 1)
        throw input_error(place(line, field), fmt::format("expert {} twice in one token", expert),
                          "give distinct experts");
      list.push_back(static_cast<std::int32_t>(expert));
    }
  }

  void add_weight(double weight) { trace_.steps.back().weight.push_back(static_cast<float>(weight)); }
  [[nodiscard]] std::vector<int>& ranks() { return trace_.steps.back().tokens_of_rank; }

  TokenTrace finish() {
    if (trace_.steps.empty())
      throw input_error(file_, fmt::format("has no tokens of layer {}", limits_.layer.value_or(0)),
                        "give a layer that was recorded");
    for (std::size_t step = 0; step < trace_.steps.size(); ++step)
      if (trace_.steps[step].expert.empty())
        throw input_error(file_, fmt::format("its {}. step has no tokens", step + 1),
                          "give every step at least one token");
    for (const TraceStep& step : trace_.steps)
      if (!step.weight.empty() && step.weight.size() != step.expert.size())
        throw input_error(file_, "has weights on some lines only", "give weights for all tokens or none");
    return std::move(trace_);
  }

 private:
  std::string file_;
  TraceLimits limits_;
  TokenTrace trace_;
  bool has_layer_ = false;
  std::int64_t step_ = 0;
};

/// Up to here counts are exact.
constexpr double most_load = 0x1p53;

/// Sums of weights stay finite, in single precision too.
constexpr double most_weight = 1e30;

/// Steps are numbered from anywhere, but so that the next number exists.
constexpr IntegerRange step_numbers = {0, std::int64_t{1} << 53};

std::int64_t member(const json& object, const char* name, IntegerRange range, const TraceBuilder& trace,
                    std::size_t line) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer() || *found < range.low || *found > range.high)
    throw input_error(trace.place(line, name),
                      found == object.end() ? "missing" : fmt::format("found {}", describe(*found)),
                      fmt::format("give a whole number, {} to {}", range.low, range.high));
  return found->get<std::int64_t>();
}

/// The ids of all tokens in one list, from a list per token or from a flat one.
std::vector<std::int64_t> indices_of(const json& object, std::int64_t top_k, const TraceBuilder& trace,
                                     std::size_t line) {
  const auto found = object.find("top_indices");
  if (found == object.end() || !found->is_array())
    throw input_error(trace.place(line, "top_indices"), "is not a list", "give a list of experts per token");
  std::vector<std::int64_t> indices;
  const auto add = [&](const json& value) {
    if (!value.is_number_integer())
      throw input_error(trace.place(line, "top_indices"),
                        fmt::format("found {}, not an expert's number", describe(value)),
                        "give whole numbers");
    indices.push_back(value.get<std::int64_t>());
  };
  for (const json& element : *found) {
    if (!element.is_array()) {
      add(element);
      continue;
    }
    if (static_cast<std::int64_t>(element.size()) != top_k)
      throw input_error(trace.place(line, "top_indices"),
                        fmt::format("a token has {} experts and topk is {}", element.size(), top_k),
                        "give every token topk experts");
    for (const json& value : element) add(value);
  }
  return indices;
}

void read_megatron_line(std::string_view text, std::size_t line, TraceBuilder& trace) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object())
    throw input_error(trace.place(line, ""), "is not a JSON object",
                      "give one object per line; a last line that is cut off must go");
  if (!trace.begin_line(member(object, "step", step_numbers, trace, line),
                        member(object, "layer", limits::layer, trace, line), line))
    return;
  const std::int64_t rank = member(object, "rank", {0, most_devices}, trace, line);
  std::vector<int>& ranks = trace.ranks();
  if (rank != std::ssize(ranks))
    throw input_error(trace.place(line, "rank"), fmt::format("{} where {} comes next", rank, ranks.size()),
                      "give every rank of a step once, in ascending order");
  const std::int64_t tokens = member(object, "num_tokens", limits::tokens_of_one, trace, line);
  const std::int64_t top_k = member(object, "topk", limits::experts, trace, line);
  trace.set_top_k(top_k, line, "topk");
  const std::vector<std::int64_t> indices = indices_of(object, top_k, trace, line);
  if (std::ssize(indices) != tokens * top_k)
    throw input_error(
        trace.place(line, "top_indices"),
        fmt::format("{} numbers, not num_tokens ({}) x topk ({})", indices.size(), tokens, top_k),
        "give topk experts for every token");
  ranks.push_back(static_cast<int>(tokens));
  for (std::size_t first = 0; first < indices.size(); first += static_cast<std::size_t>(top_k))
    trace.add_token(std::span(indices).subspan(first, static_cast<std::size_t>(top_k)), line, "top_indices");
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = line.find(',');
    std::string_view field = line.substr(0, comma);
    while (!field.empty() && (field.front() == ' ' || field.front() == '\t')) field.remove_prefix(1);
    while (!field.empty() && (field.back() == ' ' || field.back() == '\t' || field.back() == '\r'))
      field.remove_suffix(1);
    fields.push_back(field);
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

template <class T>
std::optional<T> parse_number(std::string_view field) {
  T value{};
  const auto [rest, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || rest != field.data() + field.size()) return std::nullopt;
  return value;
}

/// Digits alone, however many.
bool is_integer(std::string_view field) {
  return !field.empty() &&
         field.find_first_not_of("0123456789", field.front() == '-' ? 1 : 0) == std::string_view::npos;
}

/// A name for each field: a first line with a number in it is a token's.
bool is_heading(const std::vector<std::string_view>& fields) {
  return fields.size() >= 4 && std::ranges::none_of(fields, [](std::string_view field) {
           return field.empty() || is_integer(field) || parse_number<double>(field);
         });
}

class CsvReader {
 public:
  explicit CsvReader(TraceBuilder& trace) : trace_(trace) {}

  void read_line(std::string_view text, std::size_t line) {
    const std::vector<std::string_view> fields = fields_of(text);
    if (line == 1 && is_heading(fields)) return;
    if (fields.size() < 4)
      throw input_error(trace_.place(line, ""), fmt::format("has {} fields", fields.size()),
                        "give step,layer,token,expert ids...");
    const std::int64_t step = whole(fields, 0, line, step_numbers.high);
    if (!trace_.begin_line(step, whole(fields, 1, line, limits::layer.high), line)) return;
    follow_token(whole(fields, 2, line, step_numbers.high), line);
    const std::size_t top_k = top_k_of(fields, line);
    std::vector<std::int64_t> experts;
    for (std::size_t f = 3; f < 3 + top_k; ++f) experts.push_back(whole(fields, f, line, step_numbers.high));
    trace_.add_token(experts, line, "experts");
    for (std::size_t f = 3 + top_k; f < fields.size(); ++f) add_weight(fields[f], f, line);
  }

 private:
  std::int64_t whole(const std::vector<std::string_view>& fields, std::size_t field, std::size_t line,
                     std::int64_t most) const {
    const auto value = parse_number<std::int64_t>(fields[field]);
    if (value && *value > most)
      throw input_error(trace_.place(line, fmt::format("field {}", field + 1)),
                        fmt::format("{} is too large", *value), fmt::format("give at most {}", most));
    if (!value || *value < 0)
      throw input_error(trace_.place(line, fmt::format("field {}", field + 1)),
                        fmt::format("\"{}\" is not a whole number", fields[field].substr(0, 40)),
                        "give step,layer,token,expert ids...");
    return *value;
  }

  /// Every line has top_k ids, or as many ids and weights. Weights have a decimal point (1.0) in at least one
  /// field of the line: else ids beyond top_k would pass for weights.
  std::size_t top_k_of(const std::vector<std::string_view>& fields, std::size_t line) {
    const std::int64_t given = std::ssize(fields) - 3;
    const bool has_weights =
        given % 2 == 0 && std::any_of(fields.begin() + 3 + given / 2, fields.end(),
                                      [](std::string_view field) { return !is_integer(field); });
    const std::int64_t ids = has_weights ? given / 2 : given;
    trace_.set_top_k(ids, line, "");
    return static_cast<std::size_t>(ids);
  }

  void follow_token(std::int64_t token, std::size_t line) {
    std::vector<int>& ranks = trace_.ranks();
    const bool is_first = ranks.empty();
    if (is_first) ranks.push_back(0);
    if (!is_first && token <= token_)
      throw input_error(trace_.place(line, "token"), fmt::format("{} follows token {}", token, token_),
                        "give every token of a step once, in ascending order");
    token_ = token;
    ++ranks.front();
  }

  void add_weight(std::string_view field, std::size_t number, std::size_t line) {
    const auto weight = parse_number<double>(field);
    if (!weight || !(*weight >= 0 && *weight <= most_weight))
      throw input_error(trace_.place(line, fmt::format("field {}", number + 1)),
                        fmt::format("the weight \"{}\" is not a number, 0 to 1e30", field.substr(0, 40)),
                        "give a number");
    trace_.add_weight(*weight);
  }

  TraceBuilder& trace_;
  std::int64_t token_ = 0;
};

}  // namespace

TraceFormat format_of(const std::filesystem::path& file) {
  if (file.extension() == ".jsonl") return TraceFormat::megatron;
  if (file.extension() == ".csv") return TraceFormat::csv;
  if (file.extension() == ".json") return TraceFormat::loads;
  throw input_error(file.string(), "its name does not say its format",
                    "name it .jsonl (megatron), .csv or .json (loads), or give the format");
}

TokenTrace read_token_trace(const std::filesystem::path& file, TraceFormat format,
                            const TraceLimits& limits) {
  const std::string text = load_text(file);
  TraceBuilder trace(file.string(), limits);
  CsvReader csv(trace);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++number;
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (end == std::string::npos && format == TraceFormat::csv)
      throw input_error(trace.place(number, ""), "is cut off: the file does not end with a line end",
                        "remove the last line, or end it");
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      if (format == TraceFormat::megatron)
        read_megatron_line(line, number, trace);
      else
        csv.read_line(line, number);
    }
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  return trace.finish();
}

Matrix<double> read_loads(const std::filesystem::path& file) {
  const json document = parse_json(load_text(file), file.string());
  const auto fault = [&](const std::string& pointer, const std::string& what) {
    return input_error(file.string() + (pointer.empty() ? "" : ", " + pointer), what,
                       "give a list of layers, each a list of the experts' loads");
  };
  if (!document.is_array() || document.empty() || !document.front().is_array() || document.front().empty())
    throw fault("", "is not a list of lists of loads");
  const std::size_t experts = document.front().size();
  Matrix<double> loads(static_cast<int>(document.size()), static_cast<int>(experts));
  for (std::size_t layer = 0; layer < document.size(); ++layer) {
    const json& row = document[layer];
    if (!row.is_array() || row.size() != experts)
      throw fault(fmt::format("/{}", layer),
                  fmt::format("is not a list of {} loads like the first", experts));
    double sum = 0;
    for (std::size_t e = 0; e < experts; ++e) {
      if (!row[e].is_number() || row[e].get<double>() < 0 || row[e].get<double>() > most_load)
        throw fault(fmt::format("/{}/{}", layer, e),
                    fmt::format("found {}, not a load of at most 2^53", describe(row[e])));
      sum += loads(static_cast<int>(layer), static_cast<int>(e)) = row[e].get<double>();
    }
    if (sum <= 0) throw fault(fmt::format("/{}", layer), "all loads are 0");
  }
  return loads;
}

}  // namespace epsim
