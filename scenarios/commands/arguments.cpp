#include "scenarios/commands/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "platforms/printable.hpp"
#include "scenarios/reader/nearest_name.hpp"

namespace epsim {
namespace {

/// The command that was named last.
const CLI::App& innermost(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : innermost(*commands.back());
}

/// "epsim sweep show"
std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent ? full_name(*parent) + " " + command.get_name() : command.get_name();
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

constexpr std::size_t most_shown = 40;

std::optional<double> finite_number(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string fault_of_name(const std::string& text) {
  return text.empty() ? "is empty; give a name" : "";
}

std::string fault_of_seconds(const std::string& text) {
  const auto seconds = finite_number(text);
  return seconds && *seconds > 0 && *seconds <= 1e9
             ? ""
             : fmt::format("\"{}\" is not a time; give seconds, more than 0 and at most 1e9, like 90",
                           printable(text, most_shown));
}

std::string fault_of_number(const std::string& text) {
  return finite_number(text) ? "" : fmt::format("\"{}\" is not a number", printable(text, most_shown));
}

Error unknown_arguments(const CLI::App& app) {
  const CLI::App& command = innermost(app);
  const std::vector<std::string> names = option_names(command);
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::vector<Problem> problems;
  for (const std::string& argument : app.remaining(true)) {
    const std::string name = argument.substr(0, argument.find('='));
    const bool is_option = name.starts_with("-") && name != "-" && name != "--";
    const auto nearest = is_option ? nearest_name(name, views) : std::nullopt;
    const std::string help = fmt::format("see {} --help", full_name(command));
    problems.push_back({is_option ? name : argument,
                        is_option ? fmt::format("{} has no such option", full_name(command))
                                  : "one argument too many, or an option's name is missing before it",
                        nearest ? fmt::format("did you mean {}? {}", *nearest, help) : help});
    if (is_option) break;  // what follows may be its value
  }
  return {Error::Kind::input, std::move(problems)};
}

}  // namespace epsim
