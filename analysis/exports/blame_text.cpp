#include "analysis/exports/blame_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "analysis/exports/text_table.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

/// What a resource has of a critical path.
struct Spent {
  Resource resource = Resource::start_up;
  Seconds seconds = 0;
  Seconds sharing = 0;  ///< of these
};

/// The longest first; ties: in the order of the resources.
std::vector<Spent> parts_of(const Blame& blame) {
  std::vector<Spent> parts(resource_count);
  for (std::size_t resource = 0; resource < resource_count; ++resource)
    parts[resource].resource = static_cast<Resource>(resource);
  for (std::size_t c = 0; c < cause_count; ++c) {
    const auto cause = static_cast<Cause>(c);
    const auto resource = resource_of(cause);
    if (!resource) continue;
    parts[at(*resource)].seconds += blame.of(cause);
    if (is_sharing(cause)) parts[at(*resource)].sharing += blame.of(cause);
  }
  std::ranges::stable_sort(parts, std::ranges::greater(), &Spent::seconds);
  return parts;
}

std::string part_text(const Spent& part, Seconds whole) {
  std::string text = fmt::format("{:.0f} % {}", 100 * part.seconds / whole, words_for(part.resource));
  const double sharing = 100 * part.sharing / whole;
  if (sharing >= 1) text += fmt::format(" (sharing {:.0f} %)", sharing);
  return text;
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

}  // namespace

std::string_view words_for(Resource resource) {
  constexpr std::array words = {std::string_view("start-up"),       std::string_view("message overhead"),
                                std::string_view("least duration"), std::string_view("latency"),
                                std::string_view("window"),         std::string_view("scale-up"),
                                std::string_view("scale-out"),      std::string_view("SMs"),
                                std::string_view("computation"),    std::string_view("hot device")};
  return words.at(at(resource));
}

std::string largest_parts(const Blame& blame, std::size_t most) {
  const Seconds whole = std::accumulate(blame.seconds.begin(), blame.seconds.end(), Seconds{0});
  std::vector<std::string> texts;
  if (whole <= 0) return "";
  for (const Spent& part : parts_of(blame))
    if (texts.size() < most && part.seconds >= 0.01 * whole) texts.push_back(part_text(part, whole));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string options_text(const ExperimentResult& experiment, std::size_t number) {
  const PatternKind kind = experiment.patterns[number];
  std::vector<std::string> texts;
  for (const PatternOption& option : pattern(kind).options) {
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

std::string critical_paths_table(const ExperimentResult& experiment) {
  constexpr std::size_t most_parts = 3;
  std::vector<Row> rows;
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p)
    rows.push_back({std::string(name_of(experiment.patterns[p])),
                    experiment.scenario.transport_of(experiment.patterns[p]).name,
                    options_text(experiment, p), largest_parts(experiment.blames[p], most_parts)});
  return layout({{"pattern", true}, {"transport", true}, {"options", true}, {"critical path", true}}, rows);
}

}  // namespace epsim
