#include "scenarios/reader/trace_reader.hpp"

#include <doctest/doctest.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "platforms/error.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/route.hpp"
#include "sim/routing/recorded.hpp"

using namespace epsim;

namespace {

/// A file that is gone with the test.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("epsim-" + std::to_string(getpid()) + "-" + name)) {
    std::ofstream(path_) << text;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The error without the folder.
std::string fault_of(const std::string& name, const std::string& text, const TraceLimits& limits = {}) {
  const TemporaryFile file(name, text);
  try {
    if (format_of(file.path()) == TraceFormat::loads)
      static_cast<void>(read_loads(file.path()));
    else
      static_cast<void>(read_token_trace(file.path(), format_of(file.path()), limits));
  } catch (const Error& error) {
    std::string message = error.what();
    const std::string path = file.path().string();
    for (std::size_t at = message.find(path); at != std::string::npos; at = message.find(path))
      message.replace(at, path.size(), "F");
    return message;
  }
  return "accepted";
}

/// Four experts, top-2, on two devices.
Scenario with_trace(const std::filesystem::path& file) {
  return parse_scenario({{"platform", {{"topology", "star"}, {"devices", 2}}},
                         {"expert_parallel", {{"num_experts", 4}, {"top_k", 2}}},
                         {"workload", {{"trace", file.string()}}}},
                        ".");
}

}  // namespace

TEST_CASE("traces: CSV with headings and weights") {
  const TemporaryFile file(
      "t.csv", "step,layer,token,e0,e1,w0,w1\n4,1,0,3,1,0.75,0.25\n4,2,0,0,1,1,0.0\n5,1,0,2,0,1.0,1.0\n");
  const TokenTrace trace = read_token_trace(file.path(), TraceFormat::csv, {});
  CHECK(trace.layer == 1);
  CHECK(trace.top_k == 2);
  REQUIRE(trace.steps.size() == 2);
  CHECK(trace.steps[0].expert == std::vector<std::int32_t>{3, 1});
  CHECK(trace.steps[0].weight == std::vector<float>{0.75F, 0.25F});
  CHECK(trace.steps[1].tokens_of_rank == std::vector<int>{1});
  const TokenTrace other =
      read_token_trace(file.path(), TraceFormat::csv, {.layer = 2, .num_experts = 4, .top_k = 2});
  CHECK(other.steps.size() == 1);
}

TEST_CASE("traces: Megatron's router lines") {
  const TemporaryFile file(
      "t.jsonl",
      R"({"step": 0, "stage": "x", "block": 0, "layer": 3, "rank": 0, "num_tokens": 2, "topk": 2, "top_indices": [[0, 1], [2, 3]]})"
      "\n"
      R"({"step": 0, "layer": 3, "rank": 1, "num_tokens": 1, "topk": 2, "top_indices": [3, 0]})"
      "\n");
  const TokenTrace trace = read_token_trace(file.path(), TraceFormat::megatron, {});
  REQUIRE(trace.steps.size() == 1);
  CHECK(trace.steps[0].tokens_of_rank == std::vector<int>{2, 1});
  CHECK(trace.steps[0].expert == std::vector<std::int32_t>{0, 1, 2, 3, 3, 0});
  CHECK(trace.steps[0].weight.empty());

  const Scenario scenario = with_trace(file.path());  // two ranks were recorded: as recorded
  CHECK(scenario.workload.steps == 1);
  CHECK(scenario.workload.tokens_per_device == std::vector<int>{2, 1});
  const RoutedTokens routed = route(scenario, {});
  CHECK(routed.routing.expert == trace.steps[0].expert);
  CHECK(routed.report.expert_loads == std::vector<std::int64_t>{2, 1, 1, 2});
  CHECK_FALSE(routed.report.auxiliary_loss.has_value());
}

TEST_CASE("traces: tokens of another number of ranks are dealt in equal shares and steps may differ") {
  const TemporaryFile file("t.csv", "0,0,0,0,1\n0,0,1,1,2\n0,0,2,2,3\n1,0,0,3,0\n");
  const Scenario scenario = with_trace(file.path());
  CHECK(scenario.workload.steps == 2);
  CHECK(scenario_of_step(scenario, 0).workload.tokens_per_device == std::vector<int>{2, 1});
  CHECK(scenario_of_step(scenario, 1).workload.tokens_per_device == std::vector<int>{1, 0});
  const RoutedTokens first = route(scenario, {});
  CHECK(first.routing.weight == std::vector<float>(6, 0.5F));
  const RoutedTokens second = route(scenario, first.next);
  CHECK(second.routing.expert == std::vector<std::int32_t>{3, 0});
  CHECK(second.routing.first_token == std::vector<std::int64_t>{0, 1, 1});  // not the first step's 0, 2, 3
}

TEST_CASE("traces: recorded loads are the gate's expected ones") {
  const TemporaryFile file("t.json", "[[1, 1, 1, 1], [100, 200, 300, 400]]");
  nlohmann::json document = {
      {"platform", {{"topology", "star"}, {"devices", 2}}},
      {"expert_parallel", {{"num_experts", 4}, {"top_k", 1}}},
      {"workload",
       {{"tokens_per_device", 20000}, {"trace", {{"file", file.path().string()}, {"layer", 1}}}}}};
  const RoutingReport report = route(parse_scenario(document, "."), {}).report;
  for (std::size_t e = 0; e < 4; ++e)
    CHECK(static_cast<double>(report.expert_loads[e]) ==
          doctest::Approx(4000.0 * static_cast<double>(e + 1)).epsilon(0.06));
  document["workload"]["trace"] = file.path().string();  // all equal
  CHECK(parse_scenario(document, ".").workload.skew == 0);
}

TEST_CASE("traces: faults name file and line and field") {
  CHECK(fault_of("a.csv", "").find("F: is empty") == 0);
  CHECK(fault_of("a.jsonl", "").find("F: is empty") == 0);
  CHECK(fault_of("a.txt", "x").find("its name does not say its format") != std::string::npos);
  CHECK(fault_of("a.csv", "0,0,0,1,4\n", {.num_experts = 4}) ==
        "F, line 1, experts: there is no expert 4; give 0 to 3; the model has 4 experts");
  CHECK(fault_of("a.csv", "0,0,0,1,2\n0,0,1,3,3\n") ==
        "F, line 2, experts: expert 3 twice in one token; give distinct experts");
  CHECK(fault_of("a.csv", "0,0,0,1,2\n2,0,0,1,2\n") ==
        "F, line 2, step: 2 follows step 0; give every step, in ascending order");
  CHECK(fault_of("a.csv", "0,0,0,1,2\n0,0,1,1\n") ==
        "F, line 2: 1 experts per token where 2 are expected; give every token top_k experts");
  CHECK(fault_of("a.csv", "0,0,0,1,2\n0,0,1,1,2").find("F, line 2: is cut off") == 0);
  CHECK(fault_of("a.csv", "0,0,0,1,2,0.5,nan\n", {.top_k = 2}) ==
        "F, line 1, field 7: the weight \"nan\" is not a number, 0 to 1e30; give a number");
  // Beyond single precision, or as a sum.
  CHECK(fault_of("a.csv", "0,0,0,1,2,0.5,1e300\n", {.top_k = 2}).find("F, line 1, field 7: the weight") == 0);
  // Ids beyond any integer are no weights, and a first line with numbers is no heading.
  CHECK(fault_of("a.csv", "0,0,0,1,99999999999999999999\n", {.top_k = 2}) ==
        "F, line 1, field 5: \"99999999999999999999\" is not a whole number; give step,layer,token,expert "
        "ids...");
  for (const char* first : {"0.0,0,0,1,2", "x,0,0,1,2", "0;0;0;1;2", "99999999999999999999,0,0,1,2"})
    CHECK(fault_of("a.csv", std::string(first) + "\n0,0,0,1,2\n").find("F, line 1") == 0);
  CHECK(fault_of("a.csv", "step,layer,token,expert0,expert1\n0,0,0,1,2\n") == "accepted");
  CHECK(fault_of("a.csv", "0,0,0,1,2,0.5,0.5\n0,0,1,1,2\n", {.top_k = 2}).find("weights on some lines") !=
        std::string::npos);
  CHECK(fault_of("a.csv", "0,0,1,1,2\n0,0,0,1,2\n").find("F, line 2, token: 0 follows token 1") == 0);
  CHECK(fault_of("a.csv", "0,0,0,1.5,2,0.5,0.5\n", {.top_k = 2}) ==
        "F, line 1, field 4: \"1.5\" is not a whole number; give step,layer,token,expert ids...");
  CHECK(fault_of("a.csv", "0,0,0,1,2\n", {.top_k = 1}) ==
        "F, line 1: 2 experts per token where 1 are expected; give every token top_k experts");
  CHECK(fault_of("a.jsonl", "{\"step\": 0, \"layer\": 0, \"ra").find("F, line 1: is not a JSON object") == 0);
  CHECK(
      fault_of("a.jsonl",
               R"({"step": 0, "layer": 0, "rank": 0, "num_tokens": 2, "topk": 1, "top_indices": [[1]]})") ==
      "F, line 1, top_indices: 1 numbers, not num_tokens (2) x topk (1); give topk experts for every token");
  CHECK(fault_of("a.jsonl", R"({"step": 0, "layer": 0, "rank": 0, "topk": 1})") ==
        "F, line 1, num_tokens: missing; give a whole number, 0 to 67108864");
  // 2^62 tokens of 4 experts are 0 numbers modulo 2^64.
  CHECK(
      fault_of(
          "a.jsonl",
          R"({"step": 0, "layer": 0, "rank": 0, "num_tokens": 4611686018427387904, "topk": 4, "top_indices": []})") ==
      "F, line 1, num_tokens: found the number 4611686018427387904; give a whole number, 0 to 67108864");
  CHECK(
      fault_of(
          "a.jsonl",
          R"({"step": 9223372036854775807, "layer": 0, "rank": 0, "num_tokens": 1, "topk": 1, "top_indices": [0]})")
          .find("F, line 1, step: found the number 9223372036854775807; give") == 0);
  CHECK(fault_of(
            "a.jsonl",
            R"({"step": 0, "layer": 4294967296, "rank": 0, "num_tokens": 1, "topk": 1, "top_indices": [0]})")
            .find("F, line 1, layer: found") == 0);
  CHECK(fault_of("a.jsonl",
                 R"({"step": 0, "layer": 0, "rank": 0, "num_tokens": 0, "topk": 0, "top_indices": []})") ==
        "F, line 1, topk: found the number 0; give a whole number, 1 to 65536");
  CHECK(fault_of("a.jsonl",
                 R"({"step": 0, "layer": 0, "rank": 0, "num_tokens": 0, "topk": 2, "top_indices": []})") ==
        "F: its 1. step has no tokens; give every step at least one token");
  for (const char* null :
       {R"({"step": null, "layer": 0, "rank": 0, "num_tokens": 1, "topk": 1, "top_indices": [0]})",
        R"({"step": 0, "layer": 0, "rank": 0, "num_tokens": 1, "topk": 1, "top_indices": null})",
        R"({"step": 0, "layer": 0, "rank": 0, "num_tokens": 1, "topk": 1, "top_indices": [null]})", "null"})
    CHECK(fault_of("a.jsonl", null) != "accepted");
  CHECK(fault_of("a.csv", "9223372036854775807,0,0,1,2\n") ==
        "F, line 1, field 1: 9223372036854775807 is too large; give at most 9007199254740992");
  CHECK(fault_of("a.csv", "0,4294967296,0,1,2\n").find("F, line 1, field 2: 4294967296 is too large") == 0);
  CHECK(fault_of("a.json", "[[1e308, 1e308]]").find("F, /0/0: found") == 0);
  CHECK(fault_of("a.json", "[[null, 1]]").find("F, /0/0: found null") == 0);
  CHECK(fault_of("a.json", "[[1, 2], [3]]").find("F, /1: is not a list of 2 loads") == 0);
  CHECK(fault_of("a.json", "[[0, 0]]").find("F, /0: all loads are 0") == 0);
  CHECK(fault_of("a.json", "[[1, -2]]").find("F, /0/1: found") == 0);
}

TEST_CASE("traces: a scenario says what does not fit together") {
  const TemporaryFile tokens("t.csv", "0,0,0,0,1\n");
  const TemporaryFile loads("t.json", "[[1, 2, 3]]");
  const auto fault = [&](const TemporaryFile& file, const char* members) -> std::string {
    nlohmann::json document = {{"platform", {{"topology", "star"}, {"devices", 2}}},
                               {"expert_parallel", {{"num_experts", 4}, {"top_k", 2}}},
                               {"workload", {{"trace", file.path().string()}}}};
    document.merge_patch(nlohmann::json::parse(members));
    try {
      static_cast<void>(parse_scenario(document, "."));
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(fault(tokens, "{}") == "accepted");
  CHECK(fault(tokens, R"({"workload": {"steps": 2}})") == "/workload/steps: the trace has 1; give 1 to 1");
  CHECK(fault(tokens, R"({"workload": {"tokens_per_device": 2}})") ==
        "/workload/tokens_per_device: a trace of tokens brings its own; leave it out");
  for (const char* key : {"skew", "drift", "embedding_dim"})
    CHECK(fault(tokens, (R"({"workload": {")" + std::string(key) + R"(": 1}})").c_str()) ==
          "/workload/" + std::string(key) +
              ": shapes synthetic tokens, and a trace of tokens brings its own; leave it out");
  CHECK(fault(tokens, R"({"workload": {"topics": {"count": 4}}})").find("/workload/topics: shapes") == 0);
  CHECK(
      fault(
          loads,
          R"({"workload": {"drift": 0.5}, "expert_parallel": {"num_experts": 3, "expert_parallel_size": 1}})") ==
      "accepted");
  const TemporaryFile steep("s.json", "[[1, 1, 9e15, 9e15]]");
  CHECK(fault(steep, "{}")
            .find("/workload/trace: the logarithms of layer 0's loads have a standard deviation of 18.4") ==
        0);
  CHECK(fault(tokens, R"({"expert_parallel": {"load_balancing": "load_aware"}})").find("needs the scores") !=
        std::string::npos);
  CHECK(fault(tokens, R"({"expert_parallel": {"routing_strategy": "random"}})") ==
        "/workload/trace: random ranks experts without it; set /expert_parallel/routing_strategy to "
        "learned_gating");
  CHECK(fault(tokens, R"({"expert_parallel": {"top_k": 1}})").find("where 1 are expected") !=
        std::string::npos);
  CHECK(fault(loads, "{}") ==
        "/workload/trace: recorded 3 experts, and the model has 4; set /expert_parallel/num_experts to 3");
  CHECK(fault(loads, R"({"workload": {"trace": {"format": "csv"}}})").find("/workload/trace/file: missing") ==
        0);
}
