#include "scenarios/commands/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/calibration/transport_fit.hpp"
#include "analysis/exports/text_table.hpp"
#include "platforms/error.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/commands/named_platform.hpp"
#include "scenarios/commands/progress_line.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/reader/transport_reader.hpp"
#include "scenarios/validate/measured_sizes.hpp"
#include "scenarios/validate/report.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

/// What was measured, as scenarios and times.
struct Measured {
  std::vector<MeasuredRun> runs;
  std::vector<Measurement> measurements;
  std::vector<Bytes> sizes;
};

nlohmann::json scenario_of(const CalibrateOptions& options, std::size_t file, Bytes bytes) {
  nlohmann::json document = named_platform(options.platform, "--platform");
  document["traffic"] = {{options.per_pair ? "uniform_bytes_per_pair" : "bytes_per_rank", bytes}};
  document["transport"] = options.transport;
  document["expert_parallel"] = {{"communication_pattern", options.pattern}};
  document["engine"] = "auto";
  if (!options.ranks.empty()) {
    std::vector<int> devices(static_cast<std::size_t>(options.ranks[file]));
    std::iota(devices.begin(), devices.end(), 0);
    set_value(document, "/platform/ranks", devices, "--ranks");
  }
  for (const std::string& one : options.overrides) apply_override(document, one);
  return document;
}

void add_file(const CalibrateOptions& options, std::size_t file, Measured& measured) {
  const MeasuredFile read = read_measured_sizes(options.files[file]);
  for (const MeasuredSize& one : read.sizes) {
    measured.measurements.push_back({measured.runs.size(), Phase::dispatch, one.seconds});
    measured.sizes.push_back(one.bytes);
    measured.runs.emplace_back(parse_scenario(scenario_of(options, file, one.bytes),
                                              folder_of_platform(options.platform), "calibrate"));
    const int ranks = measured.runs.back().scenario().ranks();
    if (read.ranks > 0 && read.ranks != ranks)
      throw input_error(
          options.files[file],
          fmt::format("was measured by {} ranks, and {} are to be simulated", read.ranks, ranks),
          fmt::format("give --ranks {}, or the platform that it was measured on", read.ranks));
  }
}

Measured read_measured(const CalibrateOptions& options) {
  if (!options.ranks.empty() && options.ranks.size() != options.files.size())
    throw input_error(
        "--ranks", fmt::format("is given {} times for {} files", options.ranks.size(), options.files.size()),
        "give it once for each file, in their order");
  Measured measured;
  for (std::size_t file = 0; file < options.files.size(); ++file) add_file(options, file, measured);
  return measured;
}

/// Start-up first: what it cannot be told from is held.
std::vector<FreeValue> free_values(const std::vector<std::string>& held) {
  std::vector<FreeValue> free;
  for (const std::string_view key : {"start_up", "scale_out_share", "scale_up_share", "half_size"}) {
    if (std::ranges::count(held, key) > 0) continue;
    for (const TransportValue& value : transport_values())
      if (value.key == key) free.push_back({&value, ""});
  }
  return free;
}

void check_shares(const TransportFit& fit) {
  for (const FittedValue& one : fit.values)
    if (!one.is_held && one.free.value->unit == TransportValue::Unit::share && one.number > 1)
      throw input_error(
          one.free.name(),
          fmt::format("the times ask for {:.3g} of the platform's bandwidth, more than there is", one.number),
          "check the units (times in microseconds, sizes in bytes per rank), --ranks and "
          "--platform");
}

std::string source_of(const FittedValue& one, const CalibrateOptions& options) {
  return fmt::format("fitted to {}{}", fmt::join(options.files, ", "),
                     one.error > 0 ? fmt::format(", +-{:.1f} %", 100 * one.error) : "");
}

/// With a unit, and no more digits than a fit can tell.
Json value_text(const TransportValue& value, double number) {
  switch (value.unit) {
    case TransportValue::Unit::duration:
      return fmt::format("{:.5g}us", number * 1e6);
    case TransportValue::Unit::bandwidth:
      return fmt::format("{:.5g}GBps", number / 1e9);
    case TransportValue::Unit::share:
      return std::round(number * 1e5) / 1e5;
    default:
      return static_cast<std::int64_t>(number);
  }
}

/// What the measurements cover.
Json validated_range(const Measured& measured, const TransportFit& fit, const CalibrateOptions& options) {
  int least_ranks = std::numeric_limits<int>::max();
  int most_ranks = 0;
  Bytes least = std::numeric_limits<Bytes>::max();
  Bytes most = 0;
  for (const MeasuredRun& run : measured.runs) {
    const int ranks = run.scenario().ranks();
    const Bytes bytes = run.simulate().dispatch_bytes / ranks;
    least_ranks = std::min(least_ranks, ranks);
    most_ranks = std::max(most_ranks, ranks);
    least = std::min(least, bytes);
    most = std::max(most, bytes);
  }
  double largest = 0;
  for (std::size_t m = 0; m < measured.measurements.size(); ++m)
    largest = std::max(largest, std::abs(fit.simulated[m] / measured.measurements[m].seconds - 1));
  const auto rounded = [](double error) { return std::round(error * 1e4) / 1e4; };
  return {{"pattern", options.pattern},
          {"on", {measured.runs.front().scenario().platform.device.name}},
          {"devices", {least_ranks, most_ranks}},
          {"least_bytes_per_device", least},
          {"most_bytes_per_device", most},
          {"error",
           {{"times", measured.measurements.size()},
            {"mean", rounded(fit.mean_error)},
            {"largest", rounded(largest)}}}};
}

/// The base's values, with the fitted ones and where they come from.
Json transport_file(const Measured& measured, const TransportFit& fit, const CalibrateOptions& options) {
  const MeasuredRun& first = measured.runs.front();
  const Transport transport = with_values(first, fit.values);
  Json file = {{"name", options.name},
               {"summary", fmt::format("{} on {}, fitted with a mean error of {:.1f} %", options.pattern,
                                       options.platform, 100 * fit.mean_error)}};
  Json sources = Json::object();
  for (const TransportValue& value : transport_values()) {
    const auto number = value.get(transport);
    const auto fitted = std::ranges::find_if(
        fit.values, [&](const FittedValue& one) { return one.free.value == &value && !one.is_held; });
    const bool is_fitted = fitted != fit.values.end();
    const bool says_something = number && (*number != 0 || value.unit == TransportValue::Unit::window);
    if (!is_fitted && !says_something) continue;
    const std::string key(value.key);
    (value.phase.empty() ? file[key] : file[key][std::string(value.phase)]) = value_text(value, *number);
    const bool was_asked_for =
        std::ranges::any_of(fit.values, [&](const FittedValue& one) { return one.free.value == &value; });
    sources[key] = is_fitted       ? source_of(*fitted, options)
                   : was_asked_for ? fmt::format("as {}: these times do not tell it", first.transport().name)
                                   : fmt::format("as {}: not fitted", first.transport().name);
  }
  file["validated"] = validated_range(measured, fit, options);
  file["sources"] = std::move(sources);
  return file;
}

std::string residuals_text(const Measured& measured, const TransportFit& fit) {
  std::vector<Row> rows;
  for (std::size_t m = 0; m < measured.measurements.size(); ++m) {
    const Seconds seconds = measured.measurements[m].seconds;
    rows.push_back({std::to_string(measured.runs[m].scenario().ranks()), thousands(measured.sizes[m]),
                    format_duration(seconds), format_duration(fit.simulated[m]),
                    fmt::format("{:+.1f} %", 100 * (fit.simulated[m] / seconds - 1))});
  }
  return layout({{"ranks"}, {"bytes"}, {"measured"}, {"simulated"}, {"error"}}, rows) +
         fmt::format("mean error {:.1f} %, largest {:.1f} %\n\n", 100 * fit.mean_error,
                     100 * fit.largest_error) +
         fit_text(fit);
}

Json points_json(const Measured& measured, const TransportFit& fit) {
  Json points = Json::array();
  for (std::size_t m = 0; m < measured.measurements.size(); ++m) {
    const Seconds seconds = measured.measurements[m].seconds;
    points.push_back({{"ranks", measured.runs[m].scenario().ranks()},
                      {"bytes", measured.sizes[m]},
                      {"measured_seconds", seconds},
                      {"simulated_seconds", fit.simulated[m]},
                      {"relative_error", fit.simulated[m] / seconds - 1}});
  }
  return points;
}

Json values_json(const TransportFit& fit) {
  Json values = Json::array();
  for (const FittedValue& one : fit.values)
    values.push_back({{"value", one.free.name()},
                      {"fitted", one.is_held ? Json() : Json(one.number)},
                      {"standard_error", one.error}});
  return values;
}

}  // namespace

void calibrate(const CalibrateOptions& options) {
  const Measured measured = read_measured(options);
  ProgressLine progress(!options.quiet);
  int rounds = 0;
  const TransportFit fit = fit_transport(measured.runs, measured.measurements, free_values(options.held),
                                         [&] { progress.show(fmt::format("fitting, round {}", ++rounds)); });
  progress.clear();
  check_shares(fit);
  const Json file = transport_file(measured, fit, options);
  if (options.json)
    return print(text_of({{"transport", file},
                          {"values", values_json(fit)},
                          {"points", points_json(measured, fit)},
                          {"mean_error", fit.mean_error},
                          {"largest_error", fit.largest_error}}));
  if (!options.quiet) std::cerr << residuals_text(measured, fit);
  print(text_of(file));
}

}  // namespace epsim
