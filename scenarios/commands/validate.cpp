#include "scenarios/commands/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platforms/error.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/commands/progress_line.hpp"
#include "scenarios/validate/report.hpp"

namespace epsim {
namespace {

std::vector<ValidationCase> chosen_cases(const std::vector<std::string>& names) {
  if (names.empty()) return built_in_cases();
  std::vector<ValidationCase> cases;
  for (const std::string& name : names) cases.push_back(find_case(name));
  return cases;
}

std::vector<ValidationCase> of_family(std::vector<ValidationCase> cases, const std::string& family,
                                      const std::string& without) {
  std::erase_if(cases,
                [&](const ValidationCase& one) { return one.family() != family || one.id == without; });
  return cases;
}

/// A device that only the case left out has gets the mean of the others, so that nothing of the case is in
/// its prediction.
void add_means(TransportFit& fit) {
  std::vector<FittedValue> means;
  for (const FittedValue& one : fit.values) {
    if (one.free.device.empty() || one.is_held) continue;
    auto mean = std::ranges::find_if(
        means, [&](const FittedValue& other) { return other.free.value == one.free.value; });
    if (mean == means.end()) mean = means.insert(means.end(), {{one.free.value, ""}});
    mean->error += 1;  // how many
    mean->number += one.number;
  }
  for (FittedValue& mean : means) {
    mean.number /= mean.error;
    mean.error = 0;
  }
  fit.values.insert(fit.values.begin(), means.begin(), means.end());  // values of a device come after them
}

/// A value that the other cases do not tell keeps the preset's, in which the case left out has had a part.
std::string circular_text(const TransportFit& fit) {
  std::string names;
  for (const FittedValue& one : fit.values)
    if (one.is_held) names += (names.empty() ? "" : ", ") + one.free.name();
  if (names.empty()) return "";
  return fmt::format(
      "note: {} was fitted to the case left out, too: as far as that limits, what follows is "
      "no prediction\n\n",
      names);
}

class Fitter {
 public:
  Fitter(const ValidateOptions& options, ProgressLine& progress) : options_(options), progress_(progress) {}

  /// The values for a family; the first time it prints what was fitted.
  const TransportFit& of(const std::string& family) {
    for (const auto& [name, fit] : fits_)
      if (name == family) return fit;
    int rounds = 0;
    const std::vector<ValidationCase> others =
        of_family(built_in_cases(), family, options_.fit ? "" : options_.fit_without);
    TransportFit fit =
        fit_family(others, [&] { progress_.show(fmt::format("fitting {}, round {}", family, ++rounds)); });
    progress_.clear();
    if (!options_.json && !fit.values.empty())
      print(fmt::format("{}, fitted to {} of its cases, mean error {:.1f} %\n{}\n", family, others.size(),
                        100 * fit.mean_error, fit_text(fit)));
    if (!options_.fit && !options_.json) print(circular_text(fit));
    if (!options_.fit) add_means(fit);
    return fits_.emplace_back(family, std::move(fit)).second;
  }

 private:
  const ValidateOptions& options_;
  ProgressLine& progress_;
  std::vector<std::pair<std::string, TransportFit>> fits_;
};

}  // namespace

void validate(const ValidateOptions& options) {
  std::vector<ValidationCase> cases = options.fit_without.empty()
                                          ? chosen_cases(options.cases)
                                          : std::vector<ValidationCase>{find_case(options.fit_without)};
  if (!options.fit_without.empty() &&
      of_family(built_in_cases(), cases.front().family(), cases.front().id).empty())
    throw input_error("--fit-without",
                      fmt::format("{} is the only case of {}", cases.front().id, cases.front().family()),
                      "name a case whose transport has others, too");
  ProgressLine progress(!options.quiet);
  Fitter fitter(options, progress);
  std::vector<Comparison> comparisons;
  for (const ValidationCase& one : cases) {
    std::vector<FittedValue> values;
    if (options.fit || !options.fit_without.empty()) values = fitter.of(one.family()).values;
    std::size_t point = 0;
    std::vector<Comparison> of_case = compare_with_published(one, values, [&] {
      progress.show(fmt::format("{}, size {} of {}", one.id, ++point, one.points.size()));
    });
    comparisons.insert(comparisons.end(), of_case.begin(), of_case.end());
  }
  progress.clear();
  print(options.json ? text_of(validation_json(comparisons)) : validation_text(comparisons));
}

}  // namespace epsim
