// The router's keys as the scenario reader reads them.
#include <doctest/doctest.h>

#include "tests/support/scenarios.hpp"

namespace epsim {

TEST_CASE("topics are a number or an object") {
  CHECK(parse(on_star("{}")).workload.topics.count == 0);
  CHECK(parse(on_star(R"({"workload": {"topics": 9}})")).workload.topics.count == 9);
  const Topics topics =
      parse(on_star(R"({"workload": {"topics": {"count": 3, "concentration": 1, "tokens": 2}}})"))
          .workload.topics;
  CHECK(topics.count == 3);
  CHECK(topics.concentration == 1);
  CHECK(topics.tokens == 2);
  CHECK(message_of(on_star(R"({"workload": {"topics": {"count": -1, "concentration": 2}}})")) ==
        "/workload/topics/count: -1 is out of range; give 0 to 65536\n"
        "/workload/topics/concentration: the number 2 is out of range; give 0 to 1");
  CHECK(message_of(on_star(R"({"workload": {"topics": "many"}})")) ==
        "/workload/topics: found the string \"many\", not an integer; give 0 to 65536");
}

TEST_CASE("a layer's experts must fit into a device's memory") {
  // An expert of the default shape in BF16: 2 * 3 * 4096 * 14336 = 352.3 MB; two of them on a device.
  CHECK(message_of(on_star(R"({"platform": {"device": {"memory": 704643072}}})")) == "accepted");
  CHECK(
      message_of(on_star(R"({"platform": {"device": {"memory": 704643071}}})")) ==
      "/expert_parallel/experts_per_device: the weights of 2 experts take 705 MB, more than the 705 MB of a "
      "device's memory; use more devices, fewer experts or a larger /platform/device/memory");
}

TEST_CASE("redundant experts are slots beyond the experts") {
  // 16 devices
  const ExpertParallel given =
      parse(on_star(R"({"expert_parallel": {"num_experts": 14, "redundant_experts": 2}})")).expert_parallel;
  CHECK(given.experts_per_device == 1);
  CHECK(given.expert_parallel_size == 16);
  const ExpertParallel counted =
      parse(on_star(R"({"expert_parallel": {"experts_per_device": 3, "redundant_experts": 4}})"))
          .expert_parallel;
  CHECK(counted.num_experts == 44);
  CHECK(message_of(on_star(R"({"expert_parallel": {"num_experts": 14, "redundant_experts": 1}})")) ==
        "/expert_parallel/expert_parallel_size: num_experts (14) + redundant_experts (1) cannot be dealt "
        "evenly to "
        "16 devices; set expert_parallel_size to 15 or redundant_experts to 2");
  CHECK(message_of(on_star(R"({"expert_parallel": {"num_experts": 14, "redundant_experts": 2,
                                                   "experts_per_device": 3}})")) ==
        "/expert_parallel/experts_per_device: experts_per_device (3) x expert_parallel_size (16) is 48, not "
        "num_experts (14) + redundant_experts (2); set experts_per_device to 1 or redundant_experts to 34");
  CHECK(
      message_of(on_star(R"({"expert_parallel": {"num_experts": 14, "redundant_experts": 2,
      "load_balancing": "round_robin", "pad_to_capacity": true}})")) ==
      "/expert_parallel/redundant_experts: round_robin deals evenly and knows no replicas; give 0, or "
      "another "
      "load_balancing\n"
      "/expert_parallel/redundant_experts: pad_to_capacity sends one block per expert and knows no replicas; "
      "give 0, or leave pad_to_capacity out");
}

}  // namespace epsim
