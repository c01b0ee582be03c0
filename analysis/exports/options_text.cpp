#include "analysis/exports/options_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "platforms/indexing.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

/// A matrix of bytes knows neither copies nor experts, chunks cross between nodes, rounds have no window.
bool has_effect(const ExperimentResult& experiment, PatternKind kind, const PatternOption& option) {
  const Scenario& scenario = experiment.scenario;
  if (option.name == "deduplicate" || option.name == "granularity") return !scenario.direct_traffic;
  if (option.name.starts_with("chunk")) return experiment.cluster.group.node_count() > 1;
  return option.name != "window" ||
         pattern(kind).shape(scenario.patterns).form != ExchangeShape::Form::rounds;
}

/// Empty for an option that is off or left to another one.
struct OptionText {
  std::string_view name;
  int value;

  std::string operator()(const IntegerOption&) const {
    if (value == 0) return name == "window" ? "no window" : "";
    return fmt::format("{} {}", name, value);
  }
  std::string operator()(FlagOption) const { return value != 0 ? std::string(name) : ""; }
  std::string operator()(const ChoiceOption& type) const {
    if (type.names.size() == 1) return "";
    return fmt::format("{} {}", name, type.names.at(static_cast<std::size_t>(value)));
  }
};

/// "chunks 128 of 32 tokens", of the dispatch.
std::string chunks_text(const Simulation& simulation) {
  for (const Part& part : simulation.lowered.schedule.parts())
    if (part.phase == Phase::dispatch)
      return fmt::format("chunks {}{}", part.chunks,
                         part.chunk_tokens > 0 ? fmt::format(" of {} tokens", part.chunk_tokens) : "");
  return "chunks 1";
}

/// What else an option with a handful of values may be, the option's name before it; empty for numbers.
struct Alternatives {
  std::string_view name;
  int value;

  std::string operator()(const IntegerOption&) const { return ""; }
  std::string operator()(FlagOption) const { return fmt::format("{} {}", name, value == 0); }
  std::string operator()(const ChoiceOption& type) const {
    std::vector<std::string_view> others;
    for (std::size_t other = 0; other < type.names.size(); ++other)
      if (other != at(value)) others.push_back(type.names[other]);
    return others.empty() ? "" : fmt::format("{} {}", name, fmt::join(others, " or "));
  }
};

/// Numbers that patterns may be given are named once for all of them.
void note_untried(const ExperimentResult& experiment, PatternKind kind, std::vector<std::string>& patterns,
                  std::vector<std::string>& numbers) {
  std::vector<std::string> others;
  for (const PatternOption& option : pattern(kind).options) {
    if (!has_effect(experiment, kind, option)) continue;
    std::string text =
        std::visit(Alternatives{option.name, option.get(experiment.scenario.patterns)}, option.type);
    if (!text.empty()) others.push_back(std::move(text));
    std::string number(option.name);
    if (std::holds_alternative<IntegerOption>(option.type) &&
        std::ranges::find(numbers, number) == numbers.end())
      numbers.push_back(std::move(number));
  }
  if (!others.empty()) patterns.push_back(fmt::format("{} with {}", name_of(kind), fmt::join(others, ", ")));
}

}  // namespace

std::string options_text(const ExperimentResult& experiment, std::size_t number) {
  const PatternKind kind = experiment.patterns[number];
  std::vector<std::string> texts;
  for (const PatternOption& option : pattern(kind).options) {
    if (!has_effect(experiment, kind, option)) continue;
    if (option.name.starts_with("chunk")) {  // by number or by tokens: what came of them
      if (option.name == "chunks") texts.push_back(chunks_text(experiment.simulations[number]));
      continue;
    }
    std::string text =
        std::visit(OptionText{option.name, option.get(experiment.scenario.patterns)}, option.type);
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string untried_options(const ExperimentResult& experiment) {
  std::vector<std::string> patterns;
  std::vector<std::string> numbers;
  for (const PatternKind kind : experiment.patterns) note_untried(experiment, kind, patterns, numbers);
  if (!numbers.empty()) patterns.push_back(fmt::format("another {}", fmt::join(numbers, ", ")));
  return fmt::format("{}", fmt::join(patterns, "; "));
}

}  // namespace epsim
