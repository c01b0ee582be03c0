// analysis/README.md names every field of result.json, and none that is not written.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

const std::set<std::string> phases = {"gate", "dispatch", "expert", "combine"};

/// Adds the names of all members, "a.b" for a member of a member and "a[]" for what a list holds. What stands
/// in `whole` is one field with whatever is in it.
void add_fields(const json& value, const std::string& path, std::set<std::string>& fields) {
  const std::set<std::string> whole = {"resolved_scenario"};
  if (value.is_array() && !value.empty() && value.front().is_object()) {
    for (const json& element : value) add_fields(element, path + "[]", fields);
    return;
  }
  if (!value.is_object() || value.empty() || whole.contains(path)) {
    fields.insert(path);
    return;
  }
  for (const auto& [key, member] : value.items()) {
    std::string name = phases.contains(key) ? "PHASE" : key;
    if (path == "blame.seconds" || path == "blame.phases.PHASE") name = "CAUSE";
    add_fields(member, path.empty() ? name : path + "." + name, fields);
  }
}

std::set<std::string> fields_of(const std::vector<std::string>& arguments) {
  const CommandResult result = run_epsim(arguments);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  std::set<std::string> fields;
  add_fields(json::parse(result.out), "", fields);
  return fields;
}

/// The names in backticks in the first column of the section's table.
std::set<std::string> documented() {
  const std::string text = read_file(std::string(EPSIM_SOURCE_DIR) + "/analysis/README.md");
  const std::string section = text.substr(text.find("## result.json"));
  std::set<std::string> fields;
  const std::regex row("\n\\| (`[^|]*`) \\|");
  for (std::sregex_iterator at(section.begin(), section.end(), row); at != std::sregex_iterator(); ++at) {
    const std::string cell = (*at)[1];
    const std::regex name("`([^`]+)`");
    for (std::sregex_iterator n(cell.begin(), cell.end(), name); n != std::sregex_iterator(); ++n)
      fields.insert((*n)[1]);
  }
  return fields;
}

/// Of steps, what is documented once for the run.
std::string of_run(const std::string& field) {
  for (const std::string same : {"phases.", "load."})
    if (field.starts_with("steps[]." + same)) return field.substr(std::string("steps[].").size());
  return field;
}

}  // namespace

TEST_CASE("every field of result.json is in its reference and none else") {
  // A router whose experts move, a transport with caps, without a router, with steps that do not run.
  const std::string mixtral = shipped("mixtral_8x7b_prefill_ep8");
  std::set<std::string> written = fields_of(
      {"run", mixtral, "--json", "--engine", "fluid", "--blame", "--set", "/workload/tokens_per_device=64"});
  written.merge(fields_of({"run",
                           mixtral,
                           "--json",
                           "--engine",
                           "fluid",
                           "--set",
                           "/workload/tokens_per_device=64",
                           "--set",
                           "/workload/steps=4",
                           "--set",
                           "/workload/simulate_every=3",
                           "--set",
                           "/expert_parallel/load_balancing=dynamic",
                           "--set",
                           "/expert_parallel/redundant_experts=8",
                           "--set",
                           "/expert_parallel/experts_per_device=2",
                           "--set",
                           "/expert_parallel/rebalance_interval=2",
                           "--set",
                           R"(/transport={"sms":4,"rate_per_sm":"1GBps"})"}));
  written.merge(fields_of({"run", shipped("uniform_star16"), "--json"}));
  const std::set<std::string> reference = documented();
  std::set<std::string> names;
  for (const std::string& field : written) names.insert(of_run(field));
  for (const std::string& name : names) {
    // An object that was null or empty in one of the runs.
    const bool is_part = std::any_of(reference.begin(), reference.end(), [&](const std::string& one) {
      return one.starts_with(name + ".") || one.starts_with(name + "[]");
    });
    CHECK_MESSAGE((reference.contains(name) || is_part), name, " is not in analysis/README.md");
  }
  for (const std::string& name : reference) {
    const bool is_written = std::any_of(names.begin(), names.end(), [&](const std::string& one) {
      return one == name || one.starts_with(name + ".") || one.starts_with(name + "[]");
    });
    const bool is_of_step = name == "steps[].phases" || name == "steps[].load";  // counted as the run's
    CHECK_MESSAGE((is_written || is_of_step), name, " is in analysis/README.md and in no result");
  }
}
