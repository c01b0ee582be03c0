// The SimGrid engine. The only file that includes SimGrid, so that a change of its interface (3.32 here; 4.x
// differs) ends here.
//
// One actor per stream issues the stream's steps. Transfers are host-to-host communications started in
// SimGrid's kernel context (its "maestro"), because only those report their end to a callback; the callback
// wakes the actors whose head may now be issued. No actor waits for communications, which would cost it a
// look at all it has in flight; SimGrid 3.32 itself still walks one list of all communications at every end.
// `Progress` holds all rules about order.
//
// A computation shorter than the resolution takes as long as the resolution (SimGrid's sleep), 0 takes none.
//
// Sharing: SimGrid weights a flow by the latency of its route, fabrics do not. So a link that leaves a device
// gets a latency of 1 s and every other link 0: a route has exactly one such link (devices never forward),
// all weights are equal, sharing is max-min. The route's true latency enters as the latency factor.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <simgrid/kernel/resource/NetworkModelIntf.hpp>
#include <simgrid/s4u.hpp>
#include <simgrid/simix.hpp>
#include <string>
#include <unordered_set>
#include <vector>

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
  explicit QuietEngine(Seconds resolution) : arguments_(settings(resolution)) {
    const auto interrupt = std::signal(SIGINT, SIG_DFL);
    const auto fault = std::signal(SIGSEGV, SIG_DFL);
    const auto bus = std::signal(SIGBUS, SIG_DFL);
    std::vector<char*> argv;
    for (std::string& argument : arguments_) argv.push_back(argument.data());
    int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    s4u::Engine::get_instance(&argc, argv.data());
    std::signal(SIGINT, interrupt);
    std::signal(SIGSEGV, fault);
    std::signal(SIGBUS, bus);
  }

  void run() const { s4u::Engine::get_instance()->run(); }

 private:
  static std::vector<std::string> settings(Seconds resolution) {
    char precision[64];
    std::snprintf(precision, sizeof precision, "--cfg=surf/precision:%.17g", resolution);
    return {"epsim",
            "--log=root.thres:critical",
            "--cfg=network/model:CM02",
            "--cfg=network/optim:Lazy",
            "--cfg=network/TCP-gamma:0",     // no TCP window that limits a flow
            "--cfg=network/crosstraffic:0",  // no acknowledgements against the flow
            "--cfg=network/bandwidth-factor:1",
            "--cfg=network/weight-S:0",
            "--cfg=contexts/factory:raw",
            "--cfg=contexts/nthreads:1",     // Simulator::wake relies on actors running one by one
            "--cfg=contexts/stack-size:32",  // KiB; small stacks of many actors stay in the cache
            "--cfg=contexts/guard-size:1",
            precision};
  }

  std::vector<std::string> arguments_;
};

/// Builds hosts, links and routes in a full zone; returns the hosts by device, null where nothing happens.
std::vector<s4u::Host*> build_network(const LoweredSchedule& lowered, const Topology& topology,
                                      const Routes& routes) {
  s4u::NetZone* zone = s4u::create_full_zone("network");
  std::vector<s4u::Host*> hosts(static_cast<std::size_t>(topology.device_count()), nullptr);
  const auto host = [&](DeviceId device) {
    s4u::Host*& entry = hosts[static_cast<std::size_t>(device)];
    if (entry == nullptr) entry = zone->create_host("d" + std::to_string(device), 1.0);
    return entry;
  };
  std::vector<s4u::LinkInRoute> links;
  for (const Link& link : topology.links()) {
    s4u::Link* made = zone->create_link("l" + std::to_string(link.id),
                                        lowered.link_bandwidth[static_cast<std::size_t>(link.id)]);
    made->set_latency(topology.is_device(link.from) ? unit_latency : 0.0);
    made->set_data(const_cast<Seconds*>(&link.latency));  // SimGrid knows no const user data
    made->seal();
    links.emplace_back(made);
  }
  std::vector<s4u::LinkInRoute> route;
  for (std::size_t p = 0; p < routes.pairs().size(); ++p) {
    route.clear();
    for (const LinkId id : routes.links_of(p)) route.push_back(links[static_cast<std::size_t>(id)]);
    const auto [source, destination] = routes.pairs()[p];
    zone->add_route(host(source)->get_netpoint(), host(destination)->get_netpoint(), nullptr, nullptr, route,
                    false);
  }
  for (const Stream& stream : lowered.schedule.streams()) host(stream.device);
  zone->seal();
  zone->get_network_model()->set_lat_factor_cb([](double, const s4u::Host*, const s4u::Host*,
                                                  const std::vector<s4u::Link*>& passed,
                                                  const std::unordered_set<s4u::NetZone*>&) {
    Seconds latency = 0;
    for (const s4u::Link* link : passed) latency += *link->get_data<Seconds>();
    return latency / unit_latency;
  });
  return hosts;
}

class Simulator {
 public:
  Simulator(const Schedule& schedule, const std::vector<s4u::Host*>& hosts, Progress& progress);

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
    return schedule_.kind(progress_.head(stream)) == StepKind::transfer;
  }

  const Schedule& schedule_;
  const std::vector<s4u::Host*>& hosts_;
  Progress& progress_;
  std::vector<StreamActor> streams_;
  std::vector<s4u::CommPtr> transfers_;  // by step, while in flight
  std::vector<s4u::CommPtr> ended_;      // SimGrid still uses them when it reports their end
  std::size_t awake_ = 0;                // actors that neither are parked nor have ended
  std::size_t in_flight_ = 0;
  bool stopped_ = false;
};

Simulator::Simulator(const Schedule& schedule, const std::vector<s4u::Host*>& hosts, Progress& progress)
    : schedule_(schedule),
      hosts_(hosts),
      progress_(progress),
      streams_(schedule.streams().size()),
      transfers_(schedule.size()) {
  s4u::Activity::on_completion_cb([this](const s4u::Activity& activity) { end_transfer(activity); });
  for (StreamId s = 0; s < streams_.size(); ++s) {
    if (progress_.exhausted(s)) continue;
    s4u::Host* host = hosts_[static_cast<std::size_t>(schedule_.streams()[s].device)];
    streams_[s].actor = s4u::Actor::create("s" + std::to_string(s), host, [this, s] { run_stream(s); });
    ++awake_;
  }
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
  const StepId step = progress_.issue(stream, s4u::Engine::get_clock());
  if (schedule_.seconds(step) > 0) s4u::this_actor::sleep_for(schedule_.seconds(step));
  wake(progress_.finish(step, s4u::Engine::get_clock()));
}

void Simulator::start_transfers(StreamId stream) {
  ended_.clear();
  while (progress_.can_issue(stream) && head_is_transfer(stream)) {
    const StepId step = progress_.issue(stream, s4u::Engine::get_clock());
    s4u::CommPtr& transfer = transfers_[step];
    transfer = s4u::Comm::sendto_init(hosts_[static_cast<std::size_t>(schedule_.device(step))],
                                      hosts_[static_cast<std::size_t>(schedule_.peer(step))]);
    transfer->set_payload_size(static_cast<std::uint64_t>(schedule_.bytes(step)));
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
  wake(progress_.finish(static_cast<StepId>(transfer - transfers_.data()), s4u::Engine::get_clock()));
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
  stopped_ = true;
  std::vector<StreamId> all(streams_.size());
  for (StreamId s = 0; s < streams_.size(); ++s) all[s] = s;
  wake(all);
}

}  // namespace

void run_simgrid(const LoweredSchedule& lowered, const Topology& topology, const Routes& routes,
                 Seconds resolution, Timeline& timeline) {
  const QuietEngine engine(resolution);
  Progress progress(lowered.schedule, timeline);
  const std::vector<s4u::Host*> hosts = build_network(lowered, topology, routes);
  const Simulator simulator(lowered.schedule, hosts, progress);
  engine.run();
  if (!progress.complete()) throw progress.deadlock();
}

}  // namespace epsim
