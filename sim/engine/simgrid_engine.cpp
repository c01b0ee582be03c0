// The SimGrid engine. The only file that includes SimGrid, so that a change of its interface (3.32 here; 4.x
// differs) ends here.
//
// One actor per stream issues the stream's operations. Transfers are host-to-host communications started in
// SimGrid's kernel context (its "maestro"), because only those report their end to a callback; the callback
// wakes the actors whose head may now be issued. No actor waits for communications, which would cost it a
// look at all it has in flight; SimGrid 3.32 itself still walks one list of all communications at every end.
// `Progress` holds all rules about order.
//
// A computation shorter than the resolution takes as long as the resolution (SimGrid's sleep), 0 takes none.
//
// Sharing: SimGrid weights a flow by the latency of its route, fabrics do not. So a link that begins routes
// gets a latency of 1 s and every other link 0: a route has exactly one such link (devices never forward),
// all weights are equal, sharing is max-min. The route's true latency enters as the latency factor.
#include <simgrid/instr.h>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <simgrid/kernel/resource/NetworkModelIntf.hpp>
#include <simgrid/s4u.hpp>
#include <simgrid/simix.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "platforms/indexing.hpp"
#include "platforms/system/signals.hpp"
#include "sim/engine/binding_links.hpp"
#include "sim/engine/engine.hpp"
#include "sim/engine/progress.hpp"

namespace epsim {
namespace {

namespace s4u = simgrid::s4u;
using simgrid::kernel::actor::simcall_answered;

constexpr Seconds unit_latency = 1.0;

/// SimGrid's engine with every setting that matters said explicitly. The defaults model TCP over Ethernet.
/// SimGrid takes over signals that belong to whoever runs the simulation: they are given back.
class QuietEngine {
 public:
  explicit QuietEngine(bool is_tracing) : arguments_(settings(is_tracing)) {
    const KeptHandlers kept;
    std::vector<char*> argv;
    for (std::string& argument : arguments_) argv.push_back(argument.data());
    int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    s4u::Engine::get_instance(&argc, argv.data());
  }

  void run() const { s4u::Engine::get_instance()->run(); }

 private:
  static std::vector<std::string> settings(bool is_tracing) {
    char precision[64];
    std::snprintf(precision, sizeof precision, "--cfg=surf/precision:%.17g", simgrid_resolution);
    std::vector<std::string> values = {
        "epsim",
        "--log=root.thres:critical",
        "--cfg=network/model:CM02",
        "--cfg=network/optim:Full",      // Lazy lets links carry more than their bandwidth at times
        "--cfg=network/TCP-gamma:0",     // no TCP window that limits a flow
        "--cfg=network/crosstraffic:0",  // no acknowledgements against the flow
        "--cfg=network/bandwidth-factor:1",
        "--cfg=network/weight-S:0",
        "--cfg=contexts/factory:raw",
        "--cfg=contexts/nthreads:1",     // Simulator::wake relies on actors running one by one
        "--cfg=contexts/stack-size:32",  // KiB; small stacks of many actors stay in the cache
        "--cfg=contexts/guard-size:1",
        precision};
    // Only what PajeTrace sets: what SimGrid writes of its own has rates that were right at the end of a flow
    // from time 0 on, since `Full` does not note when they change.
    if (is_tracing)
      values.insert(values.end(),
                    {"--cfg=tracing:yes", "--cfg=tracing/platform:yes", "--cfg=tracing/precision:9"});
    return values;
  }

  std::vector<std::string> arguments_;
};

/// The platform as SimGrid knows it; links that cannot limit anything are left out.
struct Network {
  std::vector<s4u::Host*> hosts;  ///< by device, null where nothing happens
  std::vector<s4u::Link*> links;  ///< by id, null where left out
  std::vector<DeviceId> devices;  ///< what the hosts' user data points to
};

/// The callback with which SimGrid asks for a route's latency keeps references to the network and the routes.
void set_latencies(const s4u::NetZone& zone, const Routes& routes) {
  zone.get_network_model()->set_lat_factor_cb([&routes](double, const s4u::Host* source,
                                                        const s4u::Host* destination,
                                                        const std::vector<s4u::Link*>&,
                                                        const std::unordered_set<s4u::NetZone*>&) {
    return routes.latency(*source->get_data<DeviceId>(), *destination->get_data<DeviceId>()) / unit_latency;
  });
}

std::vector<s4u::Link*> create_links(s4u::NetZone& zone, const LoweredSchedule& lowered,
                                     const Topology& topology, const Routes& routes) {
  const std::vector<bool> binding = binding_links(routes, lowered.link_bandwidth);
  std::vector<bool> begins_route(binding.size(), false);
  for (std::size_t p = 0; p < routes.pairs().size(); ++p) begins_route[at(routes.links_of(p).front())] = true;
  std::vector<s4u::Link*> links(binding.size(), nullptr);
  for (std::size_t id = 0; id < links.size(); ++id) {
    if (!binding[id]) continue;
    const auto link = static_cast<LinkId>(id);
    const std::string name = link < topology.link_count() ? topology.link_name(link) : "cap";
    links[id] = zone.create_link("l" + std::to_string(id) + " " + name, lowered.link_bandwidth[id]);
    links[id]->set_latency(begins_route[id] ? unit_latency : 0.0);
  }
  return links;
}

Network build_network(const LoweredSchedule& lowered, const Topology& topology, const Routes& routes) {
  s4u::NetZone* zone = s4u::create_full_zone("network");
  Network network;
  network.hosts.assign(static_cast<std::size_t>(topology.device_count()), nullptr);
  for (DeviceId device = 0; device < topology.device_count(); ++device) network.devices.push_back(device);
  const auto host = [&](DeviceId device) {
    const auto d = at(device);
    s4u::Host*& entry = network.hosts[d];
    if (entry == nullptr) {
      entry = zone->create_host("d" + std::to_string(device), 1.0);
      entry->set_data(&network.devices[d]);
    }
    return entry;
  };
  network.links = create_links(*zone, lowered, topology, routes);
  std::vector<s4u::LinkInRoute> route;
  for (std::size_t p = 0; p < routes.pairs().size(); ++p) {
    route.clear();
    for (const LinkId id : routes.links_of(p))
      if (s4u::Link* link = network.links[at(id)]) route.emplace_back(link);
    const auto [source, destination] = routes.pairs()[p];
    zone->add_route(host(source)->get_netpoint(), host(destination)->get_netpoint(), nullptr, nullptr, route,
                    false);
  }
  for (const Stream& stream : lowered.schedule.streams()) host(stream.device);
  zone->seal();
  set_latencies(*zone, routes);
  return network;
}

/// A trace in SimGrid's own format, written by SimGrid: what every link carries and how much every device
/// computes, over time. Rates are those of the timeline: a transfer's load spread evenly from the arrival of
/// its bytes in the network to its end.
class PajeTrace {
 public:
  /// Before the platform is built.
  explicit PajeTrace(const std::string& file) { s4u::Engine::set_config("tracing/filename", file); }

  /// Once the platform is built.
  static void declare() {
    simgrid::instr::declare_link_variable(bytes_per_second);
    simgrid::instr::declare_host_variable(computations);
  }

  /// By an actor: when the simulation ends SimGrid forgets its links and hosts.
  void record(const LoweredSchedule& lowered, const Routes& routes, const Timeline& timeline,
              const std::vector<s4u::Link*>& links) {
    const Schedule& schedule = lowered.schedule;
    for (OpId op = 0; op < schedule.size(); ++op) {
      const Seconds end = timeline.finished()[op];
      if (schedule.kind(op) == OpKind::computation && schedule.work(op) == Work::device)
        add("d" + std::to_string(schedule.device(op)), false, timeline.started()[op], end, 1);
      if (schedule.kind(op) != OpKind::transfer) continue;
      const std::size_t pair = routes.index_of(schedule.device(op), schedule.peer(op));
      const Seconds begin = std::min(end, timeline.started()[op] + routes.latency(pair));
      const double rate = static_cast<double>(lowered.load(op)) / (end - begin);
      for (const LinkId link : routes.links_of(pair))
        if (links[at(link)] != nullptr && end > begin)
          add(links[at(link)]->get_name(), true, begin, end, rate);
    }
    // SimGrid keeps what it is told in order by walking back from the end.
    std::ranges::stable_sort(changes_, {}, &Change::time);
    for (const Change& change : changes_) {
      double& value = values_[change.name];
      std::size_t& open = open_[change.name];
      open += change.begins ? 1 : std::size_t(-1);
      value = open == 0 ? 0 : value + change.by;  // not what rounding left
      (change.is_link ? set_link : set_host)(change.name, value, change.time);
    }
  }

 private:
  static constexpr const char* bytes_per_second = "bytes_per_second";
  static constexpr const char* computations = "computations";

  struct Change {
    Seconds time;
    std::string name;
    bool is_link;
    bool begins;
    double by;
  };
  static void set_link(const std::string& name, double value, Seconds time) {
    simgrid::instr::set_link_variable(name, bytes_per_second, value, time);
  }
  static void set_host(const std::string& name, double value, Seconds time) {
    simgrid::instr::set_host_variable(name, computations, value, time);
  }
  void add(const std::string& name, bool is_link, Seconds begin, Seconds end, double value) {
    changes_.push_back({begin, name, is_link, true, value});
    changes_.push_back({end, name, is_link, false, -value});
  }

  std::vector<Change> changes_;
  std::map<std::string, double> values_;
  std::map<std::string, std::size_t> open_;  // begun and not ended
};

class Simulator {
 public:
  /// `at_end`, if given, is called by an actor when every operation has finished.
  Simulator(const LoweredSchedule& lowered, const std::vector<s4u::Host*>& hosts, Progress& progress,
            std::function<void()> at_end);

 private:
  struct StreamActor {
    s4u::ActorPtr actor;
    bool parked = false;
  };

  void run_stream(StreamId stream);
  void compute(StreamId stream);
  void start_transfers(StreamId stream);
  void end_transfer(const s4u::Activity& activity);
  void park(StreamId stream);
  void wake(const std::vector<StreamId>& streams);
  void stop_if_nothing_is_under_way();
  [[nodiscard]] bool head_is_transfer(StreamId stream) const {
    return schedule_.kind(progress_.head(stream)) == OpKind::transfer;
  }

  const LoweredSchedule& lowered_;
  const Schedule& schedule_;
  const std::vector<s4u::Host*>& hosts_;
  Progress& progress_;
  std::vector<StreamActor> streams_;
  s4u::ActorPtr recorder_;
  std::vector<s4u::CommPtr> transfers_;  // by operation, while in flight
  std::vector<s4u::CommPtr> ended_;      // SimGrid still uses them when it reports their end
  std::size_t awake_ = 0;                // actors that neither are parked nor have ended
  std::size_t in_flight_ = 0;
  bool stopped_ = false;
};

Simulator::Simulator(const LoweredSchedule& lowered, const std::vector<s4u::Host*>& hosts, Progress& progress,
                     std::function<void()> at_end)
    : lowered_(lowered),
      schedule_(lowered.schedule),
      hosts_(hosts),
      progress_(progress),
      streams_(schedule_.streams().size()),
      transfers_(schedule_.size()) {
  s4u::Activity::on_completion_cb([this](const s4u::Activity& activity) { end_transfer(activity); });
  for (StreamId s = 0; s < streams_.size(); ++s) {
    if (progress_.exhausted(s)) continue;
    s4u::Host* host = hosts_[at(schedule_.streams()[s].device)];
    streams_[s].actor = s4u::Actor::create("s" + std::to_string(s), host, [this, s] { run_stream(s); });
    ++awake_;
  }
  if (!at_end || progress_.complete()) return;
  recorder_ = s4u::Actor::create("recorder", hosts_[at(schedule_.streams().front().device)],
                                 [this, at_end = std::move(at_end)] {
                                   s4u::this_actor::suspend();
                                   if (progress_.complete()) at_end();
                                 });
}

void Simulator::run_stream(StreamId stream) {
  while (!progress_.exhausted(stream) && !stopped_) {
    if (!progress_.can_issue(stream))
      park(stream);
    else if (head_is_transfer(stream))
      simcall_answered([this, stream] { start_transfers(stream); });
    else
      compute(stream);
  }
  --awake_;
  stop_if_nothing_is_under_way();
}

void Simulator::compute(StreamId stream) {
  Seconds start = s4u::Engine::get_clock();
  Seconds waited = 0;
  if (!schedule_.streams()[stream].in_order()) {
    // Of the operations that become ready in one moment the lowest is issued, so all of them have to be
    // known.
    s4u::this_actor::sleep_for(same_moment);
    start = std::max(start, progress_.ready_at(progress_.head(stream)));
    waited = s4u::Engine::get_clock() - start;
  }
  const OpId op = progress_.issue(stream, start);
  if (schedule_.seconds(op) > waited) s4u::this_actor::sleep_for(schedule_.seconds(op) - waited);
  wake(progress_.finish(op, s4u::Engine::get_clock()));
}

void Simulator::start_transfers(StreamId stream) {
  ended_.clear();
  while (progress_.can_issue(stream) && head_is_transfer(stream)) {
    const OpId op = progress_.issue(stream, s4u::Engine::get_clock());
    s4u::CommPtr& transfer = transfers_[op];
    transfer = s4u::Comm::sendto_init(hosts_[at(schedule_.device(op))], hosts_[at(schedule_.peer(op))]);
    transfer->set_payload_size(static_cast<std::uint64_t>(lowered_.load(op)));
    transfer->set_data(&transfer);
    transfer->start();
    ++in_flight_;
  }
}

void Simulator::end_transfer(const s4u::Activity& activity) {
  auto* transfer = activity.get_data<s4u::CommPtr>();
  if (transfer == nullptr) return;  // not one of ours
  --in_flight_;
  ended_.push_back(std::move(*transfer));
  wake(progress_.finish(static_cast<OpId>(transfer - transfers_.data()), s4u::Engine::get_clock()));
  stop_if_nothing_is_under_way();
}

void Simulator::park(StreamId stream) {
  streams_[stream].parked = true;
  --awake_;
  stop_if_nothing_is_under_way();
  if (streams_[stream].parked) s4u::this_actor::suspend();
}

// Resuming an actor that is not suspended yet would be lost. It cannot happen: actors run one by one, and
// their kernel calls are handled in the order in which they ran. Whoever has marked itself as parked before
// this function sees it has also asked to be suspended before this function asks to resume it.
void Simulator::wake(const std::vector<StreamId>& streams) {
  std::vector<s4u::Actor*> sleepers;
  for (const StreamId s : streams) {
    if (!streams_[s].parked) continue;
    streams_[s].parked = false;
    ++awake_;
    sleepers.push_back(streams_[s].actor.get());
  }
  if (sleepers.empty()) return;
  simcall_answered([&sleepers] {
    for (s4u::Actor* sleeper : sleepers) sleeper->resume();
  });
}

// A deadlock ends all actors before SimGrid notices it, which would print its own report and kill them.
void Simulator::stop_if_nothing_is_under_way() {
  if (awake_ > 0 || in_flight_ > 0) return;
  if (recorder_ && !stopped_) simcall_answered([this] { recorder_->resume(); });
  stopped_ = true;
  std::vector<StreamId> all(streams_.size());
  for (StreamId s = 0; s < streams_.size(); ++s) all[s] = s;
  wake(all);
}

}  // namespace

void run_simgrid(const LoweredSchedule& lowered, const Topology& topology, const Routes& routes,
                 Timeline& timeline, const std::string& paje) {
  const QuietEngine engine(!paje.empty());
  std::optional<PajeTrace> trace;
  if (!paje.empty()) trace.emplace(paje);
  Progress progress(lowered.schedule, timeline);
  const Network network = build_network(lowered, topology, routes);
  std::function<void()> record;
  if (trace) {
    PajeTrace::declare();
    record = [&] { trace->record(lowered, routes, timeline, network.links); };
  }
  const Simulator simulator(lowered, network.hosts, progress, record);
  engine.run();
  if (!progress.complete()) throw progress.deadlock();
  if (trace) delete s4u::Engine::get_instance();  // which completes the file
}

}  // namespace epsim
