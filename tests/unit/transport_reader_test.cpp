// Transports in scenarios: presets, files, shares per device, one for each pattern.
#include "scenarios/reader/transport_reader.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/calibration/measured_run.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "tests/support/scenarios.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

json on_h800(const char* members) {
  json document = {{"platform", {{"preset", "h800_rail_optimized"}, {"nodes", 2}}}};
  document.merge_patch(json::parse(members));
  return document;
}

void write(const std::filesystem::path& path, const char* text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("every preset says where each of its values comes from, and nothing twice") {
  CHECK(embedded_transports().size() >= 4);
  for (const EmbeddedFile& file : embedded_transports()) {
    CAPTURE(file.name);
    const json transport = parse_json(file.text, file.name);
    CHECK(!transport.at("summary").get<std::string>().empty());
    std::vector<std::string> values;
    for (const auto& [key, value] : transport.items())
      if (key != "summary" && key != "sources" && key != "validated") values.push_back(key);
    std::vector<std::string> sources;
    for (const auto& [key, value] : transport.at("sources").items()) sources.push_back(key);
    CHECK(values == sources);
  }
}

TEST_CASE("shares for each device by its name") {
  const json base = on_h800(
      R"({"transport": {"scale_up_share": {"H800": 0.5, "default": 0.25}, "scale_out_share": {"H100": 0.5, "default": 0.75}}})");
  CHECK(parse(base).transport.scale_up_share == 0.5);
  CHECK(parse(base).transport.scale_out_share == 0.75);
  CHECK(message_of(on_h800(R"({"transport": {"scale_up_share": {"A100": 0.5, "H100": 0.5}}})")) ==
        "/transport/scale_up_share: says nothing of H800, only of A100, H100; give \"H800\" or \"default\"");
  CHECK(message_of(on_h800(R"({"transport": {"scale_up_share": {"H800": 1.5}}})")) ==
        "/transport/scale_up_share/H800: the number 1.5 is out of range; give 0.001 to 1");
}

TEST_CASE("a transport from a file, whole or with changes") {
  const TemporaryFolder folder;
  write(folder.path() / "mine.json", R"({"summary": "mine", "start_up": "3us", "scale_up_share": 0.5,
      "scale_out_share": {"H800": 0.25}, "least_duration": {"combine": "9us"}, "window": 0,
      "sources": {"start_up": "measured"}})");
  const auto parsed = [&](const char* members) { return parse_scenario(on_h800(members), folder.path()); };
  const Transport whole = parsed(R"({"transport": "mine.json"})").transport;
  CHECK(whole.name == "mine");
  CHECK(whole.start_up == 3e-6);
  CHECK(whole.scale_out_share == 0.25);
  CHECK(whole.least_combine == 9e-6);
  CHECK(whole.window == 0);
  const Transport changed =
      parsed(R"({"transport": {"preset": "mine.json", "least_duration": {"dispatch": "1us"}}})").transport;
  CHECK(changed.name == "mine, modified");
  CHECK(changed.least_dispatch == 1e-6);
  CHECK(changed.least_combine == 9e-6);
  // What is resolved stands alone.
  const json resolved = {{"platform", "h800_rail_optimized"}, {"transport", transport_json(changed)}};
  const Transport again = parse(resolved).transport;
  CHECK(again.name == changed.name);
  CHECK(again.start_up == changed.start_up);
  CHECK(again.window == changed.window);
}

TEST_CASE("files of transports that are wrong say where and what") {
  const TemporaryFolder folder;
  const auto message = [&](const char* text) {
    write(folder.path() / "t.json", text);
    const std::string file = (folder.path() / "t.json").string();
    std::string said = message_of(on_h800(R"({"transport": "t.json"})"), folder.path());
    if (const auto place = said.find(file); place != std::string::npos) said.replace(place, file.size(), "t");
    return said;
  };
  CHECK(message(R"({"scale_up_share": 0.5, "scale_out_share": 2})") ==
        "t#/scale_out_share: the number 2 is out of range; give 0.001 to 1");
  CHECK(message(R"({"scale_up_share": 0.5})") ==
        "/transport: t says no scale_out_share, and this platform has links between nodes; add "
        "scale_out_share, the part of their bandwidth that it reaches");
  CHECK(message(R"({"scale_up_share": 0.5, "scale_out_share": 0.5, "sms": 4})") ==
        "/transport/rate_per_sm: missing beside sms; give both: what so many SMs move is capped at their "
        "product");
  CHECK(message(R"({"scale_up_share": 0.5, "scale_out_share": 0.5, "sms": -2})") ==
        "t#/sms: -2 is out of range; give 0 to 1000000");
  CHECK(message(R"({"scale_up_share": 0.5, "scale_out_share": 0.5, "least_duration": "5ms"})") ==
        "t#/least_duration: found the string \"5ms\", not an object; write { ... }");
  CHECK(message(R"({"scale_up_share": 0.5, "scale_out_share": 0.5, "start_upp": 1})")
            .starts_with("t#/start_upp: unknown key; did you mean \"start_up\"?"));
  CHECK(message(R"({"scale_up_share": 0.5, "scale_out_share": 0.5, "least_duration": {"gate": 1}})") ==
        "t#/least_duration/gate: unknown key; allowed: dispatch, combine");
  CHECK(message_of(on_h800(R"({"transport": "none.json"})"), folder.path()).find("none.json") !=
        std::string::npos);
}

TEST_CASE("windows and chunks: the pattern's, else its transport's, else the default") {
  const Scenario scenario = parse(on_h800(R"({"transport": {"window": 3, "chunk_tokens": 32},
      "patterns": {"all_to_all": {"window": 5}, "point_to_point": {"transport": {"window": 0}}}})"));
  CHECK(scenario.patterns.of<AllToAllOptions>().window == 5);
  CHECK(scenario.patterns.of<PointToPointOptions>().window == 0);
  CHECK(scenario.patterns.of<HierarchicalOptions>().window == 3);
  CHECK(scenario.patterns.of<HierarchicalOptions>().chunks == 0);
  CHECK(scenario.patterns.of<HierarchicalOptions>().chunk_tokens == 32);
  const auto hierarchical = [&](const char* members) {
    return parse(on_h800(members)).patterns.of<HierarchicalOptions>();
  };
  CHECK(hierarchical("{}").chunks == 8);
  CHECK(hierarchical("{}").window == 8);
  CHECK(hierarchical(R"({"transport": {"chunk_tokens": 32}, "patterns": {"hierarchical": {"chunks": 4}}})")
            .chunks == 4);
  CHECK(hierarchical(
            R"({"transport": {"chunk_tokens": 32}, "patterns": {"hierarchical": {"chunk_tokens": 16}}})")
            .chunk_tokens == 16);
}

TEST_CASE("a transport of a pattern's own") {
  const json document = on_h800(
      R"({"transport": "nccl", "patterns": {"point_to_point": {"transport": "deepep_low_latency"}}})");
  const Scenario scenario = parse(document);
  CHECK(scenario.transport_of(PatternKind::all_to_all).name == "nccl");
  CHECK(scenario.transport_of(PatternKind::point_to_point).name == "deepep_low_latency");
  const json resolved = resolved_json(scenario);
  CHECK(resolved.at("/patterns/point_to_point/transport/preset"_json_pointer) == "deepep_low_latency");
  CHECK(!resolved.at("/patterns/all_to_all"_json_pointer).contains("transport"));
  CHECK(parse(resolved).pattern_transports == scenario.pattern_transports);
  CHECK(message_of(on_h800(R"({"patterns": {"ring": {"transport": "nicl"}}})"))
            .starts_with("/patterns/ring/transport: \"nicl\" is not a transport preset; did you mean"));
}

TEST_CASE("a pattern's transport without a preset changes the scenario's") {
  const Scenario scenario =
      parse(on_h800(R"({"transport": "nccl", "patterns": {"ring": {"transport": {"start_up": "5ms"}},
      "point_to_point": {"transport": {"preset": "ideal", "start_up": "5ms"}}}})"));
  const Transport& changed = scenario.transport_of(PatternKind::ring);
  CHECK(changed.name == "nccl, modified");
  CHECK(changed.start_up == 5e-3);
  CHECK(changed.message_overhead == scenario.transport.message_overhead);
  CHECK(scenario.transport_of(PatternKind::point_to_point).message_overhead == 0);
  CHECK(parse(resolved_json(scenario)).pattern_transports == scenario.pattern_transports);
}

TEST_CASE("a range of validation belongs to the values that it was found with") {
  const Transport preset = parse(on_h800(R"({"transport": "deepep_normal"})")).transport;
  REQUIRE(preset.validated);
  CHECK(preset.validated->most_devices == 32);
  CHECK(!parse(on_h800(R"({"transport": {"preset": "deepep_normal", "start_up": "1us"}})"))
             .transport.validated);
  CHECK(parse(on_h800(R"({"transport": {"preset": "deepep_normal", "start_up": "50us"}})")).transport ==
        preset);
  CHECK(message_of(on_h800(R"({"transport": {"validated": {"devices": [8]}}})"))
            .starts_with("/transport/validated/devices: is no range of devices and bytes"));
  CHECK(message_of(
            on_h800(R"({"transport": {"validated": {"pattern": "alltoall", "on": ["H800"], "devices": [8, 64],
      "least_bytes_per_device": 1, "most_bytes_per_device": 2}}})")) != "accepted");
  CHECK(message_of(
            on_h800(R"({"transport": {"validated": {"pattern": "ring", "on": ["H800"], "devices": [64, 8],
      "least_bytes_per_device": 1, "most_bytes_per_device": 2}}})")) != "accepted");
  const auto with_error = [](const std::string& error) {
    const std::string text =
        R"({"transport": {"validated": {"pattern": "ring", "on": ["H800"], "devices": [8, 64],
      "least_bytes_per_device": 1, "most_bytes_per_device": 2, "error": )" +
        error + "}}}";
    return on_h800(text.c_str());
  };
  const Scenario stated = parse(with_error(R"({"times": 7, "mean": 0.01, "largest": 0.02})"));
  CHECK(stated.transport.validated->error == ValidatedRange::Deviation{7, 0.01, 0.02});
  CHECK(parse(resolved_json(stated)).transport == stated.transport);
  CHECK(message_of(with_error(R"({"times": 7, "mean": 0.03, "largest": 0.02})"))
            .starts_with("/transport/validated/error/largest: is no error of so many times"));
  CHECK(message_of(with_error(R"({"times": 0, "mean": 0.01, "largest": 0.02})")) != "accepted");
}

TEST_CASE("each value of a transport changes what a layer takes") {
  const json base =
      on_h800(R"({"model": {"hidden": 1024, "expert_intermediate": 64, "num_experts": 32, "top_k": 4},
      "expert_parallel": {"communication_pattern": "hierarchical"}, "workload": {"tokens_per_device": 64},
      "transport": {"start_up": "5us", "start_up_per_peer": "1us", "message_overhead": "0.5us",
                    "least_duration": {"dispatch": "1us", "combine": "1us"}, "scale_up_share": 0.8,
                    "scale_out_share": 0.8, "half_size": 1000, "sms": 4, "rate_per_sm": "5GBps", "window": 2,
                    "chunk_tokens": 16}})");
  const auto layer = [](const json& document) { return MeasuredRun(parse(document)).simulate().layer; };
  const Seconds unchanged = layer(base);
  for (const TransportValue& value : transport_values()) {
    CAPTURE(value.name());
    json changed = base;
    json& member = value.phase.empty()
                       ? changed["transport"][std::string(value.key)]
                       : changed["transport"][std::string(value.key)][std::string(value.phase)];
    if (value.unit == TransportValue::Unit::duration)
      member = 1e-3;
    else if (value.unit == TransportValue::Unit::share)
      member = 0.01;
    else if (value.unit == TransportValue::Unit::bandwidth)
      member = 1e9;
    else
      member = value.unit == TransportValue::Unit::bytes ? 100'000 : 1;
    CHECK(layer(changed) != unchanged);
  }
}
