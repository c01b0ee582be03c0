#include "analysis/exports/chrome_trace.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "analysis/exports/link_counters.hpp"
#include "analysis/exports/slices.hpp"
#include "analysis/exports/spans.hpp"
#include "analysis/version.hpp"
#include "platforms/indexing.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

/// A JSON string with quotes and escapes.
std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump();
}

/// Chrome traces count in microseconds.
std::string microseconds(std::int64_t nanoseconds) {
  return fmt::format("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000);
}

/// Writes events one by one: a trace is too large to be held as a document.
class ChromeTraceWriter {
 public:
  ChromeTraceWriter(std::ostream& out, const ExperimentResult& experiment, const Simulation& simulation)
      : out_(out), experiment_(experiment), simulation_(simulation), schedule_(simulation.lowered.schedule) {
    const Group& group = experiment.cluster.group;
    ranks_.resize(at(experiment.cluster.topology.device_count()));
    for (Rank rank = 0; rank < group.size(); ++rank) ranks_[at(group.device(rank))] = rank;
    out_ << "{\"traceEvents\":[";
  }

  void process(int pid, const std::string& name, int place) {
    event(R"({{"name":"process_name","ph":"M","pid":{},"args":{{"name":{}}}}})", pid, json_string(name));
    event(R"({{"name":"process_sort_index","ph":"M","pid":{},"args":{{"sort_index":{}}}}})", pid, place);
  }

  void thread(const SliceTrack& thread) {
    event(R"({{"name":"thread_name","ph":"M","pid":{},"tid":{},"args":{{"name":{}}}}})", thread.device,
          thread.thread, json_string(thread.name));
    event(R"({{"name":"thread_sort_index","ph":"M","pid":{},"tid":{},"args":{{"sort_index":{}}}}})",
          thread.device, thread.thread, thread.thread);
  }

  void slice(DeviceId device, const Slice& slice) {
    event(R"({{"name":"{}","cat":"{}","ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"args":{{{}}}}})",
          name(slice.op, slice.is_receive), span_kind(schedule_, slice.op), device, slice.thread,
          microseconds(slice.begin_ns), microseconds(slice.end_ns - slice.begin_ns),
          arguments(slice.op, slice.is_receive));
  }

  /// A piece of the critical path, with what it went on in microseconds.
  void path_step(int pid, const BlamedStep& step) {
    const std::int64_t begin = nanoseconds(step.step.begin);
    std::string causes;
    for (std::size_t cause = 0; cause < cause_count; ++cause)
      if (step.seconds[cause] > 0)
        causes += fmt::format(R"(,"{}_us":{:.3f})", Names<Cause>::values[cause], step.seconds[cause] * 1e6);
    event(R"({{"name":"{}","cat":"critical path","ph":"X","pid":{},"tid":0,"ts":{},"dur":{},"args":{{)"
          R"({},"released_by":"{}"{}}}}})",
          name(step.step.op, false), pid, microseconds(begin),
          microseconds(nanoseconds(step.step.end) - begin), arguments(step.step.op, false),
          name_of(step.step.release), causes);
  }

  /// An end of the arrow of a transfer, bound to the slice that begins at the same time. The two ends of an
  /// arrow are matched by category, name and id.
  void arrow(DeviceId device, const Slice& slice) {
    event(R"({{"name":"transfer","cat":"flow","ph":{},"id":{},"pid":{},"tid":{},"ts":{}}})",
          slice.is_receive ? R"("f","bp":"e")" : R"("s")", slice.op, device, slice.thread,
          microseconds(slice.begin_ns));
  }

  void counter(int pid, const LinkCounter& counter, Seconds bin_seconds) {
    for (std::size_t bin = 0; bin <= counter.values.size(); ++bin) {
      const double value = bin < counter.values.size() ? counter.values[bin] : 0;
      event(R"({{"name":{},"ph":"C","pid":{},"ts":{:.3f},"args":{{"{}":{:.6f}}}}})",
            json_string(counter.name), pid, static_cast<double>(bin) * bin_seconds * 1e6, counter.unit,
            value);
    }
  }

  void finish(const SpanSample& sample) {
    const nlohmann::ordered_json about = {{"scenario", experiment_.scenario.name},
                                          {"pattern", name_of(simulation_.pattern)},
                                          {"version", version()},
                                          {"step", experiment_.steps.size() - 1},
                                          {"spans", sample.spans},
                                          {"shown", sample.text()}};
    out_ << "\n],\"displayTimeUnit\":\"ns\",\"otherData\":" << about.dump() << "}\n";
  }

 private:
  template <class... Fields>
  void event(fmt::format_string<Fields...> format, Fields&&... fields) {
    out_ << (is_first_ ? "\n" : ",\n") << fmt::format(format, std::forward<Fields>(fields)...);
    is_first_ = false;
  }

  std::string name(OpId op, bool is_receive) const {
    constexpr std::array costs = {std::string_view(), std::string_view("start-up"),
                                  std::string_view("overhead"),
                                  std::string_view("least duration")};  // by Work
    const std::string_view phase = name_of(schedule_.phase(op));
    if (is_receive) return fmt::format("receive {}", phase);
    if (schedule_.kind(op) == OpKind::computation && schedule_.work(op) != Work::device)
      return fmt::format("{} {}", phase, costs.at(at(schedule_.work(op))));
    return std::string(phase);
  }

  std::string arguments(OpId op, bool is_receive) const {
    const bool is_transfer = schedule_.kind(op) == OpKind::transfer;
    std::string text = place(is_receive ? schedule_.peer(op) : schedule_.device(op), "");
    text += fmt::format(R"(,"phase":"{}")", name_of(schedule_.phase(op)));
    if (const auto expert = expert_of(schedule_, experiment_.last_step.placement, op))
      text += fmt::format(R"(,"expert":{})", *expert);
    if (!is_transfer) return text;
    text += ',' + place(is_receive ? schedule_.device(op) : schedule_.peer(op), "peer_");
    text += fmt::format(R"(,"bytes":{})", schedule_.bytes(op));
    const Seconds seconds = simulation_.timeline.finished()[op] - simulation_.timeline.started()[op];
    if (seconds > 0)
      text +=
          fmt::format(R"(,"achieved_GBps":{:.3f})", static_cast<double>(schedule_.bytes(op)) / seconds / 1e9);
    return text;
  }

  /// Where a device sits, in the words of engineers.
  std::string place(DeviceId device, std::string_view prefix) const {
    const Group& group = experiment_.cluster.group;
    const Rank rank = ranks_.at(at(device));
    return fmt::format(R"("{0}rank":{1},"{0}node":{2},"{0}rail":{3})", prefix, rank, group.node(rank),
                       group.local(rank));
  }

  std::ostream& out_;
  const ExperimentResult& experiment_;
  const Simulation& simulation_;
  const Schedule& schedule_;
  std::vector<Rank> ranks_;  // by device
  bool is_first_ = true;
};

/// The sample's, and where the critical path is longest.
std::vector<bool> shown_devices(const Cluster& cluster, const Schedule& schedule, const SpanSample& sample,
                                const Blame& blame) {
  constexpr std::size_t most_of_path = 16;
  std::map<DeviceId, Seconds> on_path;
  for (const BlamedStep& one : blame.path)
    on_path[schedule.device(one.step.op)] += one.step.end - one.step.begin;
  std::vector<std::pair<Seconds, DeviceId>> longest;
  for (const auto& [device, seconds] : on_path) longest.emplace_back(-seconds, device);
  std::ranges::sort(longest);
  if (longest.size() > most_of_path) longest.resize(most_of_path);
  std::vector<bool> is_shown(static_cast<std::size_t>(cluster.topology.device_count()));
  for (Rank rank = 0; rank < cluster.group.size(); rank += sample.stride)
    is_shown[at(cluster.group.device(rank))] = true;
  for (const auto& [seconds, device] : longest) is_shown[at(device)] = true;
  return is_shown;
}

void write_devices(ChromeTraceWriter& trace, const Cluster& cluster, const std::vector<bool>& is_shown,
                   const std::vector<DeviceSlices>& devices) {
  for (Rank rank = 0; rank < cluster.group.size(); ++rank)
    if (is_shown[at(cluster.group.device(rank))])
      trace.process(cluster.group.device(rank),
                    fmt::format("rank {} (node {})", rank, cluster.group.node(rank)),
                    cluster.group.device(rank));
  for (const DeviceSlices& device : devices)
    for (const SliceTrack& thread : device.threads) trace.thread(thread);
}

/// All sends come before all receives: where both ends of an arrow have the same time, the start has to be
/// read first.
void write_slices(ChromeTraceWriter& trace, const Schedule& schedule, const std::vector<bool>& is_shown,
                  const std::vector<DeviceSlices>& devices) {
  for (const bool receives : {false, true}) {
    for (const DeviceSlices& device : devices) {
      for (const Slice& slice : device.slices) {
        if (slice.is_receive != receives) continue;
        trace.slice(device.device, slice);
        const bool is_transfer = schedule.kind(slice.op) == OpKind::transfer;
        const bool both_shown =
            is_transfer && is_shown[at(schedule.device(slice.op))] && is_shown[at(schedule.peer(slice.op))];
        if (both_shown) trace.arrow(device.device, slice);
      }
    }
  }
}

void write_counters(ChromeTraceWriter& trace, const Cluster& cluster, const Simulation& simulation,
                    const LayerSummary& layer) {
  constexpr int bins = 200;
  constexpr std::size_t busiest_links = 8;
  const int network = cluster.topology.device_count();  // a process number that no device has
  trace.process(network, "network", network);
  const LinkCounters counters = link_counters(cluster.topology, simulation, layer, bins, busiest_links);
  for (const LinkCounter& counter : counters.counters) trace.counter(network, counter, counters.bin_seconds);
}

/// Before all devices, on a thread of its own.
void write_critical_path(ChromeTraceWriter& trace, const Cluster& cluster, const Blame& blame) {
  const int pid = cluster.topology.device_count() + 1;  // after the network's
  trace.process(pid, "critical path", -1);
  trace.thread({pid, 0, "what the end waited for"});
  for (const BlamedStep& step : blame.path) trace.path_step(pid, step);
}

}  // namespace

std::string SpanSample::text() const {
  if (is_complete()) return "all devices";
  return fmt::format(
      "the critical path with its devices and ranks 0, {}, {}, ... alone, because {} spans are more than {}",
      stride, 2 * stride, spans, max_trace_spans);
}

SpanSample sample_for_chrome_trace(const Schedule& schedule, std::size_t max_spans) {
  SpanSample sample;
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.kind(op) != OpKind::join) ++sample.spans;
  if (sample.spans > max_spans) sample.stride = static_cast<int>((sample.spans + max_spans - 1) / max_spans);
  return sample;
}

void write_chrome_trace(std::ostream& out, const ExperimentResult& experiment, std::size_t pattern,
                        const SpanSample& sample) {
  const Simulation& simulation = experiment.simulations[pattern];
  const std::vector<bool> is_shown =
      shown_devices(experiment.cluster, simulation.lowered.schedule, sample, experiment.blames[pattern]);
  const std::vector<DeviceSlices> devices = slices_of(simulation, is_shown);
  ChromeTraceWriter trace(out, experiment, simulation);
  write_critical_path(trace, experiment.cluster, experiment.blames[pattern]);
  write_devices(trace, experiment.cluster, is_shown, devices);
  write_slices(trace, simulation.lowered.schedule, is_shown, devices);
  write_counters(trace, experiment.cluster, simulation, experiment.summaries.back().layers[pattern]);
  trace.finish(sample);
}

}  // namespace epsim
