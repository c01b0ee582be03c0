#include "scenarios/reader/scenario_reader.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "platforms/error.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "sim/patterns/ring.hpp"
#include "tests/support/scenarios.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

std::string message_of_sizes(const char* expert_parallel, const char* model = "{}") {
  return message_of(on_star(
      (R"({"expert_parallel": )" + std::string(expert_parallel) + R"(, "model": )" + std::string(model) + "}")
          .c_str()));
}

struct Sizes {
  int experts, per_device, ranks, top_k;
  bool operator==(const Sizes&) const = default;
};

Sizes sizes_of(const char* members) {
  const auto ep = parse(on_star(members)).expert_parallel;
  return {ep.num_experts, ep.experts_per_device, ep.expert_parallel_size, ep.top_k};
}

/// A file of its own: tests run at the same time.
struct MatrixFile {
  TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path();
  std::filesystem::path path = folder / "matrix.txt";
  std::string message_of_matrix(const std::string& text, int devices = 2) {
    std::ofstream(path) << text;
    return message_of({{"platform", {{"topology", "star"}, {"devices", devices}}},
                       {"traffic", {{"matrix_file", path.filename().string()}}}},
                      folder);
  }
};

}  // namespace

TEST_CASE("sizes: 8 2 4 2 when nothing is said") {
  CHECK(sizes_of("{}") == Sizes{8, 2, 4, 2});
  CHECK(sizes_of(R"({"model": {"hidden": 1024}})") == Sizes{8, 2, 4, 2});
}

TEST_CASE("sizes: from the model and the platform") {
  CHECK(sizes_of(R"({"model": "deepseek_v3"})") == Sizes{256, 16, 16, 8});
  CHECK(sizes_of(R"({"model": "deepseek_v3", "expert_parallel": {"expert_parallel_size": 8}})") ==
        Sizes{256, 32, 8, 8});
  CHECK(sizes_of(R"({"model": "mixtral_8x7b", "expert_parallel": {"experts_per_device": 1, "top_k": 3}})") ==
        Sizes{8, 1, 8, 3});
  CHECK(sizes_of(R"({"model": {"preset": "dbrx", "num_experts": 32}})") == Sizes{32, 2, 16, 4});
}

TEST_CASE("sizes: a missing factor is derived") {
  CHECK(sizes_of(R"({"expert_parallel": {"num_experts": 64}})") == Sizes{64, 4, 16, 2});
  CHECK(sizes_of(R"({"expert_parallel": {"experts_per_device": 4}})") == Sizes{64, 4, 16, 2});
  CHECK(sizes_of(R"({"expert_parallel": {"num_experts": 64, "experts_per_device": 8}})") ==
        Sizes{64, 8, 8, 2});
  CHECK(sizes_of(R"({"expert_parallel": {"experts_per_device": 4, "expert_parallel_size": 8}})") ==
        Sizes{32, 4, 8, 2});
  CHECK(sizes_of(R"({"expert_parallel": {"expert_parallel_size": 8}})") == Sizes{16, 2, 8, 2});
  CHECK(sizes_of(R"({"expert_parallel": {"top_k": 4}})") == Sizes{32, 2, 16, 4});
}

TEST_CASE("sizes: the error says which number to change and to what") {
  CHECK(message_of_sizes(R"({"num_experts": 64, "experts_per_device": 4, "expert_parallel_size": 8})") ==
        "/expert_parallel/experts_per_device: experts_per_device (4) x expert_parallel_size (8) is 32, not "
        "num_experts (64); set experts_per_device to 8 or expert_parallel_size to 16 or num_experts to 32");
  CHECK(message_of_sizes(R"({"experts_per_device": 3})", R"("mixtral_8x7b")") ==
        "/expert_parallel/experts_per_device: experts_per_device (3) x expert_parallel_size (16) is 48, not "
        "num_experts (8); set num_experts to 48");
  CHECK(message_of_sizes(R"({"num_experts": 60})") ==
        "/expert_parallel/expert_parallel_size: num_experts (60) cannot be dealt evenly to 16 devices; set "
        "expert_parallel_size to 15 or num_experts to 48");
  CHECK(message_of_sizes("{}", R"("mixtral_8x7b")") ==
        "/expert_parallel/expert_parallel_size: num_experts (8) cannot be dealt evenly to 16 devices; set "
        "expert_parallel_size to 8 or num_experts to 16");
  CHECK(
      message_of_sizes(R"({"expert_parallel_size": 32})") ==
      "/expert_parallel/expert_parallel_size: 32 is more than the platform's 16 devices; give at most 16 or "
      "set /platform/devices to 32");
  CHECK(message_of_sizes(R"({"top_k": 300})", R"("deepseek_v3")") ==
        "/expert_parallel/top_k: 300 is more than num_experts (256); give 1 to 256");
  CHECK(message_of_sizes(R"({"experts_per_device": 65536})") ==
        "/expert_parallel/experts_per_device: 1048576 experts are too many; give at most 4096");
}

TEST_CASE("sizes: too many ranks for the nodes") {
  CHECK(
      message_of({{"platform", {{"preset", "h800_rail_optimized"}, {"nodes", 4}}},
                  {"model", "deepseek_v3"},
                  {"expert_parallel", {{"expert_parallel_size", 64}}}}) ==
      "/expert_parallel/expert_parallel_size: 64 is more than the platform's 32 devices; give at most 32 or "
      "set /platform/nodes to 8");
}

TEST_CASE("a model brings its gate") {
  const auto v3 = parse(on_star(R"({"model": "deepseek_v3"})"));
  CHECK(v3.model.hidden == 7168);
  CHECK(v3.model.expert_intermediate == 2048);
  CHECK(v3.expert_parallel.gate == GateKind::sigmoid);
  CHECK(v3.expert_parallel.expert_groups == 8);
  CHECK(v3.expert_parallel.kept_groups == 4);
  CHECK(v3.expert_parallel.group_score == GroupScore::top2_sum);
  const auto v2 = parse(on_star(R"({"model": "deepseek_v2"})")).expert_parallel;
  CHECK(v2.gate == GateKind::softmax);
  CHECK(v2.kept_groups == 3);
  CHECK(v2.group_score == GroupScore::max);
  const auto changed = parse(on_star(
      R"({"model": {"preset": "kimi_k2", "hidden": 512, "gate": "softmax"}, "expert_parallel": {"gate": "Sigmoid"}})"));
  CHECK(changed.model.hidden == 512);
  CHECK(changed.expert_parallel.gate == GateKind::sigmoid);
}

TEST_CASE("every model preset makes a valid scenario on one device") {
  CHECK(model_presets().size() == 13);
  for (const ModelPreset& preset : model_presets()) {
    INFO(preset.name);
    const auto scenario =
        parse({{"platform", {{"topology", "star"}, {"devices", 1}}}, {"model", preset.name}});
    CHECK(scenario.expert_parallel.num_experts == preset.num_experts);
    CHECK(scenario.expert_parallel.top_k == preset.top_k);
    CHECK(scenario.model.name == preset.name);
  }
}

TEST_CASE("expert groups by node") {
  const json platform = {{"preset", "h800_rail_optimized"}, {"nodes", 4}};
  const json document = {
      {"platform", platform}, {"model", "deepseek_v3"}, {"expert_parallel", {{"expert_groups", "nodes"}}}};
  const auto four = parse(document).expert_parallel;
  CHECK(four.expert_groups == 4);
  CHECK(four.kept_groups == 4);
  json two_nodes = document;
  two_nodes["platform"]["nodes"] = 2;  // the model keeps 4, there are 2
  CHECK(parse(two_nodes).expert_parallel.kept_groups == 2);
}

TEST_CASE("impossible groups") {
  CHECK(message_of_sizes(R"({"expert_groups": 2, "kept_groups": 4})", R"("deepseek_v3")") ==
        "/expert_parallel/kept_groups: 4 is more than expert_groups (2); give 1 to 2");
  CHECK(
      message_of_sizes(R"({"expert_groups": 7})", R"("deepseek_v3")") ==
      "/expert_parallel/expert_groups: 7 groups do not divide num_experts (256); give a divisor of it, such "
      "as 4");
  CHECK(message_of_sizes(R"({"expert_groups": 64, "kept_groups": 1})", R"("deepseek_v3")") ==
        "/expert_parallel/kept_groups: 1 groups of 4 experts hold fewer than top_k (8); give 2 to 64");
  CHECK(message_of_sizes(R"({"expert_groups": "racks"})") ==
        "/expert_parallel/expert_groups: \"racks\" is neither a number nor \"nodes\"; give a divisor of "
        "num_experts or \"nodes\"");
}

TEST_CASE("payload: FP8 tokens and weights") {
  const auto fp8 = parse(on_star(R"({"model": "deepseek_v3", "payload": {"dispatch": "fp8"}})")).payload;
  CHECK(fp8.dispatch_bytes_per_copy == 7392);  // 7168 + 4 * 56 scales
  CHECK(fp8.combine_bytes_per_copy == 14336);
  CHECK(fp8.weights == DataType::fp8);
  const auto without_units =
      parse(
          on_star(
              R"({"payload": {"dispatch": "fp8"}, "platform": {"device": {"name": "A100", "bf16_flops": 312e12, "memory_bandwidth": 2e12}}})"))
          .payload;
  CHECK(without_units.weights == DataType::bf16);
  CHECK(
      message_of(on_star(
          R"({"payload": {"weights": "fp8"}, "platform": {"device": {"name": "A100", "bf16_flops": 312e12, "memory_bandwidth": 2e12}}})")) ==
      "/payload/weights: \"fp8\" needs FP8 units, and A100 has none; give \"bf16\", or "
      "/platform/device/fp8_flops");
  // Who describes a device without saying that it has FP8 units has none; without a description it is an
  // H100.
  const auto described = parse(on_star(
      R"({"payload": {"dispatch": "fp8"}, "platform": {"device": {"name": "MI250X", "bf16_flops": "383TFLOPS", "memory_bandwidth": "3.2TBps"}}})"));
  CHECK(described.platform.device.fp8_flops == 0);
  CHECK(described.payload.weights == DataType::bf16);
  CHECK(parse(on_star("{}")).platform.device.fp8_flops == 1979e12);
  CHECK(
      message_of(on_star(R"({"platform": {"device": {"name": "B"}}})")) ==
      "/platform/device/memory_bandwidth: missing, and experts on a B cannot be timed without it; give that "
      "figure of the device, or leave the whole device out for an H100\n"
      "/platform/device/bf16_flops: missing, and experts on a B cannot be timed without it; give that figure "
      "of "
      "the device, or leave the whole device out for an H100");
  CHECK(message_of(on_star(R"({"payload": {"dispatch": "fp8"},
                               "platform": {"device": {"fp8_flops": 1e15, "memory_bandwidth": 1e12}}})"))
            .starts_with("/platform/device/bf16_flops: missing, and gates on a device"));
  // Nothing is computed in a study of the network.
  CHECK(message_of(json::parse(R"({"platform": {"topology": "star", "device": {"name": "B"}},
                                   "traffic": {"uniform_bytes_per_pair": 1}})")) == "accepted");
  const json h100 = {
      {"platform", {{"preset", "h100_rail_optimized"}, {"device", {{"gemm_efficiency", 0.5}}}}}};
  CHECK(parse(h100).platform.device.fp8_flops == 1979e12);
  CHECK(bytes_per_token(DataType::fp8, 2880) == 2972);          // 22.5 blocks of 128 begun: 23 scales
  CHECK(bytes_per_token(DataType::nvfp4, 7168) == 3584 + 448);  // a byte of scale for 16 elements
  CHECK(bytes_per_token(DataType::mxfp4, 7168) == 3584 + 224);  // for 32
  CHECK(bytes_per_token(DataType::mxfp4, 33) == 17 + 2);
  CHECK(expert_bytes({"", 1024, 512}, DataType::mxfp4) == 3 * 1024 * 512 / 2 + 3 * 1024 * 512 / 32);
  CHECK(expert_bytes({"", 1024, 512}, DataType::nvfp4) == 3 * 1024 * 512 / 2 + 3 * 1024 * 512 / 16);
  // Four bits need no units of their own: they are computed with in FP8, or in BF16.
  CHECK(
      parse(
          on_star(
              R"({"payload": {"weights": "mxfp4"}, "platform": {"device": {"name": "A100", "bf16_flops": 312e12, "memory_bandwidth": 2e12}}})"))
          .payload.weights == DataType::mxfp4);
}

TEST_CASE("workload") {
  const auto plain = parse(on_star("{}")).workload;
  CHECK(plain.tokens_per_device == std::vector<int>(4, 4096));
  const auto listed =
      parse(on_star(R"({"workload": {"tokens_per_device": [1, 0, 3, 4.0], "seed": 7}})")).workload;
  CHECK(listed.tokens_per_device == std::vector<int>{1, 0, 3, 4});
  CHECK(listed.seed == 7);
  CHECK(message_of(on_star(R"({"workload": {"tokens_per_device": [1, 2, 3]}})")) ==
        "/workload/tokens_per_device: lists 3 numbers, but there are 4 ranks; give one number for all, or 4");
  CHECK(message_of(on_star(R"({"workload": {"tokens_per_device": [0, 0, 0, 0]}})")) ==
        "/workload/tokens_per_device: there are no tokens at all; give one rank at least one");
  CHECK(message_of(on_star(R"({"workload": {"tokens_per_device": [1, 2, 3, "4"]}})")) ==
        "/workload/tokens_per_device/3: found the string \"4\", not an integer; give 0 to 67108864");
  CHECK(message_of(on_star(R"({"workload": {"skew": 6, "tokens_per_device": 0, "drift": 2}})")) ==
        "/workload/tokens_per_device: 0 is out of range; give 1 to 67108864\n"
        "/workload/drift: the number 2 is out of range; give 0 to 1\n"
        "/workload/skew: the number 6 is out of range; give 0 to 5");
}

TEST_CASE("transports") {
  CHECK(parse(on_star("{}")).transport.name == "ideal");
  const auto nccl = parse(on_star(R"({"transport": "nccl"})")).transport;
  CHECK(nccl.name == "nccl");
  const auto slower =
      parse(on_star(R"({"transport": {"preset": "nccl", "start_up": "1ms", "scale_out_share": 0.5}})"))
          .transport;
  CHECK(slower.start_up == 1e-3);
  CHECK(slower.scale_out_share == 0.5);
  CHECK(slower.message_overhead == nccl.message_overhead);
  CHECK(message_of(on_star(R"({"transport": "ncll"})"))
            .starts_with("/transport: \"ncll\" is not a transport preset; did you mean \"nccl\"?"));
  CHECK(slower.name == "nccl, modified");
  CHECK(parse(on_star(R"({"transport": {"preset": "nccl", "name": "mine"}})")).transport.name == "mine");
  CHECK(message_of(on_star(R"({"transport": {"scale_up_share": 0}})")) ==
        "/transport/scale_up_share: the number 0 is out of range; give 0.001 to 1");
}

TEST_CASE("pattern options") {
  const auto patterns = parse(on_star(R"({"patterns": {
      "all_to_all": {"algorithm": "Pairwise", "window": 0, "deduplicate": "device"},
      "point_to_point": {"granularity": "device", "window": 3},
      "hierarchical": {"order": "scale_out_first", "deduplicate": "none", "chunks": 2, "window": 1},
      "ring": {"bidirectional": true, "mode": "all_to_all", "deduplicate": "device"}}})"))
                            .patterns;
  CHECK(patterns.of<AllToAllOptions>().algorithm == AllToAllOptions::Algorithm::pairwise);
  CHECK(patterns.of<AllToAllOptions>().window == 0);
  CHECK(patterns.of<PointToPointOptions>().granularity == PointToPointOptions::Granularity::device);
  CHECK(patterns.of<HierarchicalOptions>().chunks == 2);
  CHECK(patterns.of<HierarchicalOptions>().deduplicate == Deduplication::none);
  CHECK(patterns.of<RingOptions>().bidirectional);
  CHECK(message_of(on_star(R"({"patterns": {"all_to_all": {"algorithm": "bruck", "deduplicate": "node"},
      "hierarchical": {"order": "scale_up_first"}, "ring": {"mode": "all_gather"}}})")) ==
        "/patterns/all_to_all/algorithm: \"bruck\" is not available yet; allowed: direct, pairwise\n"
        "/patterns/all_to_all/deduplicate: \"node\" is not a deduplication here; did you mean \"none\"? "
        "(allowed: none, device)\n"
        "/patterns/hierarchical/order: \"scale_up_first\" is not available yet; allowed: scale_out_first\n"
        "/patterns/ring/mode: \"all_gather\" is not available yet; allowed: all_to_all");
}

namespace {

/// "all_to_all, point_to_point, ..."
std::string pattern_names() {
  std::string names;
  for (const Pattern& row : all_patterns()) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

}  // namespace

TEST_CASE("what is to come is accepted where it changes nothing") {
  CHECK(message_of(on_star(R"({"engine": "simgrid", "workload": {"layers": 1, "phase": "inference"},
      "expert_parallel": {"redundant_experts": 0}, "platform": {"ep_groups": 1, "ranks": "contiguous"}})")) ==
        "accepted");
  CHECK(message_of(on_star(R"({"engine": "fast", "workload": {"phase": "training"},
      "expert_parallel": {"load_balancing": "Dynamic",
                          "communication_pattern": "auto"}})")) ==
        "/expert_parallel/communication_pattern: \"auto\" is not available yet; allowed: " + pattern_names() +
            "\n"
            "/workload/phase: \"training\" is not available yet; allowed: inference\n"
            "/engine: \"fast\" is not an engine; allowed: simgrid, fluid, auto");
}

TEST_CASE("all faults of a file at once") {
  CHECK(message_of(json::parse(
            R"({"modell": "olmoe", "model": "olmo", "platform": {"topology": "star", "devices": -1},
      "expert_parallel": {"top_k": "2", "rooting_strategy": "random", "routing_strategy": "learned_gate"},
      "barriers": 1})")) ==
        "/platform/devices: -1 is out of range; give 1 to 65536\n"
        "/model: \"olmo\" is not a model preset; did you mean \"olmoe\"? (allowed: deepseek_v2, deepseek_v3, "
        "kimi_k2, glm_4_5, qwen3_235b_a22b, qwen3_30b_a3b, mixtral_8x7b, mixtral_8x22b, llama4_scout, "
        "llama4_maverick, gpt_oss_120b, dbrx, olmoe)\n"
        "/expert_parallel/top_k: found the string \"2\", not an integer; give 1 to 65536\n"
        "/expert_parallel/routing_strategy: \"learned_gate\" is not a routing strategy; did you mean "
        "\"learned_gating\"? (allowed: learned_gating, hash_based, random, load_based, similarity_based)\n"
        "/expert_parallel/rooting_strategy: unknown key; did you mean \"routing_strategy\"? (allowed: "
        "num_experts, experts_per_device, expert_parallel_size, redundant_experts, top_k, gate, group_score, "
        "expert_groups, "
        "kept_groups, routing_strategy, load_balancing, communication_pattern, capacity_factor, drop_tokens, "
        "min_capacity, pad_to_capacity, bias_update_rate, use_auxiliary_loss, auxiliary_loss_weight, "
        "auxiliary_loss_learning_rate, replica_choice, rebalance_interval)\n"
        "/barriers: found the number 1, not a boolean; give true or false\n"
        "/modell: unknown key; did you mean \"model\"? (allowed: $schema, name, question, expect, source, "
        "recipe, published, platform, transport, traffic, model, expert_parallel, workload, payload, "
        "patterns, barriers, engine, "
        "resolution)");
  CHECK(message_of(json::array()).starts_with("found a list, not an object; write { ... }"));
  CHECK(message_of(json::object()).starts_with("/platform: missing; give a preset's name"));
}

TEST_CASE("names") {
  CHECK(parse_scenario(on_star("{}"), ".", "file_stem").name == "file_stem");
  CHECK(parse_scenario(on_star(R"({"name": "own"})"), ".", "file_stem").name == "own");
}

TEST_CASE("uniform direct traffic keeps just the pattern of expert_parallel") {
  const auto scenario = parse(on_star(R"({"traffic": {"uniform_bytes_per_pair": "1MiB"},
      "expert_parallel": {"communication_pattern": "Ring", "expert_parallel_size": 3, "top_k": 300}})"));
  REQUIRE(scenario.direct_traffic);
  CHECK(scenario.ranks() == 16);
  CHECK((*scenario.direct_traffic)(0, 15) == 1'048'576);
  CHECK((*scenario.direct_traffic)(3, 3) == 0);
  CHECK(scenario.expert_parallel.communication_pattern == PatternKind::ring);
  CHECK(scenario.expert_parallel.top_k == ExpertParallel{}.top_k);
  CHECK(message_of(on_star(R"({"traffic": {"uniform_bytes_per_pair": 1}, "expert_parallel": {"topk": 1}})"))
            .starts_with("/expert_parallel/topk: unknown key; did you mean \"top_k\"?"));
}

TEST_CASE("traffic errors") {
  CHECK(message_of(on_star(R"({"traffic": {}})")) ==
        "/traffic: gives 0 kinds of traffic; give one of uniform_bytes_per_pair, bytes_per_rank, "
        "matrix_file, matrix");
  CHECK(message_of(on_star(R"({"traffic": {"uniform_bytes_per_pair": -1}})")) ==
        "/traffic/uniform_bytes_per_pair: -1 is out of range; give 0 to 9007199254740992");
  CHECK(message_of(on_star(R"({"traffic": {"uniform_bytes_per_pair": "1PB"}})")) ==
        "/traffic: all bytes together are too many; give at most 9007199254740992");
  CHECK(message_of(on_star(R"({"traffic": {"matrix": [[0, 1], [1, 0]]}})")) ==
        "/traffic: the matrix is 2 x 2, but the platform has 16 devices; give 16 rows of 16 numbers");
  CHECK(message_of(on_star(R"({"traffic": {"matrix": [[0, 1], [1, 0.5]]}})")) ==
        "/traffic/matrix/1/1: 0.5 is not an integer; give 0 to 9007199254740992");
  CHECK(message_of(on_star(R"({"traffic": {"matrix": [[0, 1], [1]]}})")) ==
        "/traffic/matrix/1: is not a row of as many numbers as there are rows; give 2 numbers");
  CHECK(
      message_of(on_star(R"({"platform": {"devices": 65536}, "traffic": {"uniform_bytes_per_pair": 1}})")) ==
      "/traffic: a traffic matrix between 65536 devices is too large; use a platform of at most 8192 "
      "devices");
}

TEST_CASE_FIXTURE(MatrixFile, "matrix files") {
  std::ofstream(path) << "0 5\r\n\n\t7 0\n";
  const auto scenario = parse_scenario({{"platform", {{"topology", "star"}, {"devices", 2}}},
                                        {"traffic", {{"matrix_file", path.filename().string()}}}},
                                       folder);
  CHECK((*scenario.direct_traffic)(0, 1) == 5);
  CHECK((*scenario.direct_traffic)(1, 0) == 7);
}

TEST_CASE_FIXTURE(MatrixFile, "matrix file errors tell file and line and field") {
  const std::string place = "/traffic/matrix_file: " + path.string();
  const std::string whole = "; write whole numbers of bytes, separated by spaces";
  CHECK(message_of_matrix("0 1\n1 x\n") == place + ", line 2, field 2: \"x\" is not a whole number" + whole);
  CHECK(message_of_matrix("0 1.5\n1 0\n") ==
        place + ", line 1, field 2: \"1.5\" is not a whole number" + whole);
  CHECK(message_of_matrix("0 -1\n1 0\n") == place + ", line 1, field 2: -1 is negative" + whole);
  CHECK(message_of_matrix("0 99999999999999999999\n1 0\n") ==
        place + ", line 1, field 2: 99999999999999999999 is too large; give at most 9007199254740992");
  CHECK(message_of_matrix("0 1\n\n1\n") ==
        place + ", line 3: has 1 numbers where the first row has 2; give every row the same length");
  CHECK(message_of_matrix("0 1\n") ==
        place + ": 1 rows of 2 numbers are not a square matrix; give N lines of N numbers");
  CHECK(message_of_matrix("") ==
        place + ": 0 rows of 0 numbers are not a square matrix; give N lines of N numbers");
  CHECK(message_of_matrix("0 1\n1 0\n", 3) ==
        "/traffic: the matrix is 2 x 2, but the platform has 3 devices; give 3 rows of 3 numbers");
  std::filesystem::remove(path);
  CHECK(message_of(
            {{"platform", {{"topology", "star"}, {"devices", 2}}}, {"traffic", {{"matrix_file", "no.txt"}}}},
            "/nowhere") ==
        "/traffic/matrix_file: /nowhere/no.txt: does not exist; give a text file of N lines of N numbers");
}
