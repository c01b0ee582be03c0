#include "scenarios/reader/transport_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using nlohmann::json;
using Unit = TransportValue::Unit;

constexpr const char* modified = ", modified";

/// Reads one transport's values over another's.
class ValuesReader {
 public:
  ValuesReader(const PlatformSpec* platform, Transport& transport)
      : platform_(platform), transport_(transport) {}

  void read(JsonObject& object) {
    object.allow({"name", "preset", "summary", "sources", "validated"});
    std::optional<JsonObject> phases;
    for (const TransportValue& value : transport_values()) {
      if (object.has(value.key)) said_.push_back(value.key);
      if (value.phase.empty()) {
        take(value, read_value(object, value, value.key));
        continue;
      }
      if (!phases) phases.emplace(object.object(value.key));
      take(value, read_value(*phases, value, value.phase));
      if (!is_last_of(value)) continue;
      phases->finish();
      phases.reset();
    }
    object.finish();
  }

  [[nodiscard]] bool has_said(std::string_view key) const { return std::ranges::count(said_, key) > 0; }

 private:
  void take(const TransportValue& value, std::optional<double> number) {
    if (!number) return;
    value.set(transport_, *number);
  }

  static bool is_last_of(const TransportValue& value) {
    bool is_last = false;
    for (const TransportValue& other : transport_values())
      if (other.key == value.key) is_last = &other == &value;
    return is_last;
  }

  std::optional<double> read_value(JsonObject& object, const TransportValue& value, std::string_view key) {
    switch (value.unit) {
      case Unit::duration:
        return object.duration(key, limits::latency);
      case Unit::bandwidth:
        return object.bandwidth(key, limits::bandwidth_or_none);
      case Unit::bytes:
        return as_number(object.bytes(key, limits::bytes));
      case Unit::count:
      case Unit::window:
        return as_number(object.integer(key, limits::count));
      case Unit::share:
        break;
    }
    return read_share(object, key);
  }

  static std::optional<double> as_number(std::optional<std::int64_t> integer) {
    if (!integer) return std::nullopt;
    return static_cast<double>(*integer);
  }

  /// One number, or one for each device.
  std::optional<double> read_share(JsonObject& object, std::string_view key) {
    const json* value = object.raw(key);
    if (!value || !value->is_object()) return object.number(key, limits::share);
    JsonObject of_devices = object.object(key);
    const std::size_t problems_before = object.problem_count();
    std::vector<std::string> names;
    for (const auto& [name, unused] : value->items()) {
      names.push_back(name);
      static_cast<void>(of_devices.number(name, limits::share));
    }
    if (object.problem_count() > problems_before || !platform_) return std::nullopt;
    const std::string& device = platform_->device.name;
    for (const std::string& name : {device, std::string("default")})
      if (value->contains(name)) return value->at(name).get<double>();
    object.add_problem(key, fmt::format("says nothing of {}, only of {}", device, fmt::join(names, ", ")),
                       fmt::format("give \"{}\" or \"default\"", device));
    return std::nullopt;
  }

  const PlatformSpec* platform_;
  Transport& transport_;
  std::vector<std::string_view> said_;
};

/// A description that values may be changed in: a preset, or a file.
struct Base {
  json description = json::object();
  std::string label;  ///< for people
  std::string place;  ///< of its values, in problems
};

bool is_file(std::string_view name) {
  return name.ends_with(".json");
}

std::optional<Base> find_base(const std::string& name, const std::string& pointer,
                              const std::filesystem::path& base_folder, std::vector<Problem>& problems) {
  if (is_file(name)) {
    const std::filesystem::path path = base_folder / name;
    json description = load_json_object(path);
    std::string label = path.stem().string();
    if (description.contains("name") && description["name"].is_string()) label = description["name"];
    return Base{std::move(description), std::move(label), path.string() + "#"};
  }
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : embedded_transports()) {
    names.push_back(file.name);
    if (file.name != name) continue;
    const std::string place = fmt::format("sim/transports/{}.json", name);
    return Base{parse_json(file.text, place), name, place + "#"};
  }
  problems.push_back({pointer, in_quotes(name) + " is not a transport preset",
                      suggestion(name, names) + "; a file's name ends in .json"});
  return std::nullopt;
}

bool is_pattern(std::string_view name) {
  return std::ranges::any_of(all_patterns(), [&](const Pattern& row) { return row.name == name; });
}

std::optional<ValidatedRange::Deviation> read_deviation(JsonObject object) {
  const auto times = object.integer("times", {1, 1'000'000});
  const auto mean = object.number("mean", {0, 1000});
  const auto largest = object.number("largest", {0, 1000});
  object.finish();
  if (times && mean && largest && *mean <= *largest)
    return ValidatedRange::Deviation{static_cast<int>(*times), *mean, *largest};
  object.add_problem("largest", "is no error of so many times",
                     "give {\"times\": 7, \"mean\": 0.012, \"largest\": 0.019}");
  return std::nullopt;
}

std::optional<ValidatedRange> read_validated(JsonObject object) {
  const auto pattern = object.string("pattern");
  std::vector<std::string> names;
  if (const json* on = object.raw("on"); on && on->is_array())
    for (const json& name : *on)
      if (name.is_string()) names.push_back(name.get<std::string>());
  const auto devices = object.integers("devices", limits::devices);
  const auto least = object.bytes("least_bytes_per_device", limits::bytes);
  const auto most = object.bytes("most_bytes_per_device", limits::bytes);
  std::optional<ValidatedRange::Deviation> error;
  if (object.has("error")) error = read_deviation(object.object("error"));
  object.finish();
  const bool is_complete = pattern && !names.empty() && devices && devices->size() == 2 && least && most;
  if (is_complete && is_pattern(*pattern) && devices->front() <= devices->back() && *least <= *most)
    return ValidatedRange{*pattern, names, devices->front(), devices->back(), *least, *most, error};
  object.add_problem("devices", "is no range of devices and bytes",
                     "give {\"pattern\": \"all_to_all\", \"on\": [\"H100\"], \"devices\": [8, 64], "
                     "\"least_bytes_per_device\": \"1MB\", "
                     "\"most_bytes_per_device\": \"1GB\"}");
  return std::nullopt;
}

/// What a transport has to say for a platform.
void check_shares(const ValuesReader& base, const ValuesReader& own, const Base& from,
                  const std::string& pointer, const PlatformSpec* platform, std::vector<Problem>& problems) {
  if (!platform) return;
  const auto need_share = [&](const char* key, const char* links) {
    if (base.has_said(key) || own.has_said(key)) return;
    problems.push_back({pointer,
                        fmt::format("{} says no {}, and this platform has links {}", from.label, key, links),
                        fmt::format("add {}, the part of their bandwidth that it reaches", key)});
  };
  const PlatformFacts facts = facts_of(*platform);
  if (!facts.has_nodes || facts.devices_per_node > 1) need_share("scale_up_share", "inside nodes");
  if (facts.has_nodes && facts.nodes > 1) need_share("scale_out_share", "between nodes");
}

/// The two mean nothing alone.
void check_sms(const Transport& transport, const std::string& pointer, std::vector<Problem>& problems) {
  if ((transport.sms > 0) == (transport.rate_per_sm > 0)) return;
  const char* missing = transport.sms > 0 ? "rate_per_sm" : "sms";
  const char* given = transport.sms > 0 ? "sms" : "rate_per_sm";
  problems.push_back({pointer + "/" + missing, fmt::format("missing beside {}", given),
                      "give both: what so many SMs move is capped at their product"});
}

}  // namespace

Transport read_transport(const json& value, const std::string& pointer, const PlatformSpec* platform,
                         const std::filesystem::path& base_folder, std::vector<Problem>& problems,
                         const Transport* otherwise) {
  const std::size_t problems_before = problems.size();
  const json overrides = value.is_string() ? json{{"preset", value}} : value;
  JsonObject object(overrides, pointer, problems);
  const bool changes_other = otherwise && !object.has("preset");
  const std::string preset = object.string("preset").value_or("ideal");
  const auto name = object.string("name");
  Transport transport;
  Base base;
  ValuesReader of_base(platform, transport);
  if (changes_other) {
    transport = *otherwise;
    base.label = otherwise->name;
  } else {
    const auto found =
        find_base(preset, value.is_string() ? pointer : pointer + "/preset", base_folder, problems);
    if (!found) return transport;
    base = *found;
    JsonObject described(base.description, base.place, problems);
    of_base.read(described);
    if (described.has("validated")) transport.validated = read_validated(described.object("validated"));
    transport.preset = preset;
  }
  const Transport unchanged = transport;
  ValuesReader own(platform, transport);
  own.read(object);
  if (object.has("validated")) transport.validated = read_validated(object.object("validated"));
  Transport compared = transport;
  compared.validated = unchanged.validated;
  const bool is_modified = !(compared == unchanged);
  if (is_modified && !object.has("validated")) transport.validated.reset();
  if (problems.size() == problems_before && !changes_other)
    check_shares(of_base, own, base, pointer, platform, problems);
  if (problems.size() == problems_before) check_sms(transport, pointer, problems);
  const bool is_said_to_be = base.label.ends_with(modified);
  transport.name = name.value_or(base.label + (is_modified && !is_said_to_be ? modified : ""));
  return transport;
}

nlohmann::ordered_json transport_json(const Transport& transport) {
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  const bool is_named_otherwise =
      transport.name != transport.preset && transport.name != transport.preset + modified;
  if (is_file(transport.preset) || is_named_otherwise) result["name"] = transport.name;
  if (!is_file(transport.preset)) result["preset"] = transport.preset;
  for (const TransportValue& value : transport_values()) {
    const auto number = value.get(transport);
    if (!number) continue;
    auto& member = value.phase.empty() ? result[std::string(value.key)]
                                       : result[std::string(value.key)][std::string(value.phase)];
    const bool is_whole =
        value.unit == Unit::count || value.unit == Unit::window || value.unit == Unit::bytes;
    if (is_whole)
      member = static_cast<std::int64_t>(*number);
    else
      member = *number;
  }
  if (transport.validated) {
    result["validated"] = {
        {"pattern", transport.validated->pattern},
        {"on", transport.validated->device_names},
        {"devices", {transport.validated->least_devices, transport.validated->most_devices}},
        {"least_bytes_per_device", transport.validated->least_bytes},
        {"most_bytes_per_device", transport.validated->most_bytes}};
    if (const auto& error = transport.validated->error)
      result["validated"]["error"] = {
          {"times", error->times}, {"mean", error->mean}, {"largest", error->largest}};
  }
  return result;
}

}  // namespace epsim
