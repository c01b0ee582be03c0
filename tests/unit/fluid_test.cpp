// The parts of the fluid engine: progressive filling against shares worked out by hand, and the accounts of
// the network when solves lag behind.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/engine/fair_shares.hpp"
#include "sim/engine/fluid_network.hpp"
#include "sim/random.hpp"

using namespace epsim;

namespace {

/// d0..d2 on a chain of switches s0 -a- s1 -b- s2, access links 100, a = 10, b = 20.
Topology chain() {
  Topology topology({0, 0, 0});
  const VertexId s0 = topology.add_switch("s0");
  const VertexId s1 = topology.add_switch("s1");
  const VertexId s2 = topology.add_switch("s2");
  topology.connect(0, s0, LinkClass::scale_up, 100, 0);
  topology.connect(1, s1, LinkClass::scale_up, 100, 0);
  topology.connect(2, s2, LinkClass::scale_up, 100, 0);
  topology.connect(s0, s1, LinkClass::scale_out, 10, 0);
  topology.connect(s1, s2, LinkClass::scale_out, 20, 0);
  return topology;
}

Topology star(int devices, BytesPerSecond bandwidth) {
  Topology topology(std::vector<NodeId>(static_cast<std::size_t>(devices), 0));
  const VertexId middle = topology.add_switch("switch");
  for (DeviceId d = 0; d < devices; ++d) topology.connect(d, middle, LinkClass::scale_up, bandwidth, 0);
  return topology;
}

std::vector<BytesPerSecond> bandwidths(const Topology& topology) {
  std::vector<BytesPerSecond> result;
  for (const Link& link : topology.links()) result.push_back(link.bandwidth);
  return result;
}

std::vector<bool> all_bind(const Topology& topology) {
  return std::vector<bool>(static_cast<std::size_t>(topology.link_count()), true);
}

/// An all-to-all of log-normal sizes on a star, started at once; when each flow ended and how many bytes it
/// had.
struct Exchange {
  std::vector<Seconds> ends;
  std::vector<Bytes> bytes;
  std::vector<std::pair<DeviceId, DeviceId>> pairs;
};

Exchange run_exchange(int devices, BytesPerSecond bandwidth, FluidAccuracy accuracy) {
  const Topology topology = star(devices, bandwidth);
  Exchange result;
  for (DeviceId from = 0; from < devices; ++from)
    for (DeviceId to = 0; to < devices; ++to)
      if (from != to) result.pairs.emplace_back(from, to);
  const Routes routes(topology, result.pairs);
  FluidNetwork network(routes, all_bind(topology), bandwidths(topology), accuracy);
  SplitMix64 random(7);
  for (std::uint32_t pair = 0; pair < result.pairs.size(); ++pair) {
    result.bytes.push_back(1 + static_cast<Bytes>(1e6 * std::exp(normal_quantile(uniform(random())))));
    network.start(pair, pair, result.bytes.back(), 0);
  }
  result.ends.assign(result.pairs.size(), 0);
  for (Seconds now = network.next_event(); now < 1e9; now = network.next_event())
    if (const auto step = network.advance()) result.ends[*step] = now;
  return result;
}

}  // namespace

TEST_CASE("progressive filling gives the leftovers to who can use them") {
  // x: d0 -> d1 over a; y: d0 -> d2 over a and b; z: d1 -> d2 over b. a = 10 is the first to be full, 5 each;
  // of b = 20 y has 5, so z gets 15. A second flow on b alone (w: d1 -> d2) leaves 7.5 for z and w.
  const Topology topology = chain();
  const Routes routes(topology, {{0, 1}, {0, 2}, {1, 2}});
  ActiveFlows flows(routes, all_bind(topology));
  std::vector<LinkShare> links;
  std::vector<LinkId> component;
  for (const Link& link : topology.links()) {
    links.push_back({.bandwidth = link.bandwidth, .supply = link.bandwidth});
    component.push_back(link.id);
  }
  FairShares shares(links.size());
  const auto rate = [&](std::uint32_t pair) {
    double least = 1e9;
    flows.for_each_link(
        pair, [&](LinkId link) { least = std::min(least, links[static_cast<std::size_t>(link)].share); });
    return least;
  };
  for (std::uint32_t pair = 0; pair < 3; ++pair) flows.add(pair, pair, 1000, 0);
  shares.fill(component, flows, links);
  CHECK(rate(0) == 5);
  CHECK(rate(1) == 5);
  CHECK(rate(2) == 15);
  const FlowId w = flows.add(3, 2, 1000, 0);
  shares.fill(component, flows, links);
  CHECK(rate(2) == 7.5);
  flows.remove(w);
  shares.fill(component, flows, links);
  CHECK(rate(2) == 15);
}

TEST_CASE("a fluid network that lags stays within its resolution") {
  constexpr int devices = 48;
  constexpr BytesPerSecond bandwidth = 50e9;
  const Exchange exact = run_exchange(devices, bandwidth, {});
  const Seconds makespan = *std::max_element(exact.ends.begin(), exact.ends.end());
  for (const double relative : {1e-4, 2e-3, 1e-2}) {
    CAPTURE(relative);
    const Exchange lagging = run_exchange(devices, bandwidth, {relative * makespan, 16});
    const Seconds end = *std::max_element(lagging.ends.begin(), lagging.ends.end());
    CHECK(std::abs(end - makespan) <= 1e-3 * makespan);
    for (std::size_t i = 0; i < exact.ends.size(); ++i)
      CHECK(std::abs(lagging.ends[i] - exact.ends[i]) <= 1.5e-2 * makespan);
  }
  // At the default resolution every single end is within half a percent.
  const Exchange lagging = run_exchange(devices, bandwidth, {2e-3 * makespan, 16});
  for (std::size_t i = 0; i < exact.ends.size(); ++i)
    CHECK(std::abs(lagging.ends[i] - exact.ends[i]) <= 5e-3 * makespan);
}

TEST_CASE("no port of a lagging fluid network delivers more than its bandwidth allows") {
  // Bytes of the flows that have ended by t over a port, at every end t, against bandwidth * t.
  constexpr int devices = 32;
  constexpr BytesPerSecond bandwidth = 50e9;
  const Seconds resolution = 2e-6;
  const Exchange run = run_exchange(devices, bandwidth, {resolution, 16});
  for (DeviceId port = 0; port < devices; ++port) {
    std::vector<std::pair<Seconds, Bytes>> out;
    for (std::size_t i = 0; i < run.ends.size(); ++i)
      if (run.pairs[i].first == port) out.emplace_back(run.ends[i], run.bytes[i]);
    std::sort(out.begin(), out.end());
    double sent = 0;
    for (const auto& [time, bytes] : out) {
      sent += static_cast<double>(bytes);
      CHECK(sent <= bandwidth * (time + 4 * resolution));
    }
  }
}

TEST_CASE("components that lag end their windows though departures cut them apart") {
  // Found in development: flows were left without an end when their component had fallen apart.
  const Exchange run = run_exchange(40, 50e9, {1e-6, 2});
  const Exchange exact = run_exchange(40, 50e9, {});
  const Seconds makespan = *std::max_element(exact.ends.begin(), exact.ends.end());
  for (std::size_t i = 0; i < exact.ends.size(); ++i)
    CHECK(std::abs(run.ends[i] - exact.ends[i]) <= 5e-3 * makespan);
}
