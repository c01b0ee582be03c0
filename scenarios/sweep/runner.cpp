#include "scenarios/sweep/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "platforms/indexing.hpp"
#include "platforms/system/signals.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/sweep/processes.hpp"

namespace epsim {
namespace {

using namespace std::chrono_literals;

/// How often people see something move, and how often others' claims are looked at.
constexpr auto pulse = 200ms;

/// Points that share their routed traffic: those waiting are order_[next] .. order_[end - 1]. Small, because
/// every process that is started pays for this one's memory.
struct Batch {
  std::size_t next = 0;
  std::size_t end = 0;
  std::optional<std::uint64_t> routing;  ///< once started

  [[nodiscard]] bool has_waiting() const { return next < end; }
};

/// Batches are started in order: behind such a batch none has a routing process.
bool is_unrouted(const Batch& batch) {
  return !batch.routing && batch.has_waiting();
}

class Runner {
 public:
  Runner(const Sweep& sweep, const std::vector<PlannedPoint>& plan, SweepDatabase& database,
         const RunnerOptions& options)
      : sweep_(sweep),
        plan_(plan),
        database_(database),
        options_(options),
        processes_(sweep, options.limits) {}

  RunState run(std::vector<std::size_t> points, const RunProgress& progress);

 private:
  void take_points(std::vector<std::size_t> points);
  void store_and_claim(const std::vector<EndedPoint>& ended);
  [[nodiscard]] PointResult with_scenario(const EndedPoint& ended) const;
  void note(const EndedPoint& ended);
  void note_end(std::size_t point);
  Batch* batch_to_start();
  [[nodiscard]] bool has_memory_for(std::size_t point) const;
  bool start_one();
  void start(Batch& batch, std::size_t point);
  void fail_batches_without_routing(std::vector<EndedPoint>& ended);
  void close_finished_batches();
  void retry_postponed();
  void throw_if_interrupted();

  const Sweep& sweep_;
  const std::vector<PlannedPoint>& plan_;
  SweepDatabase& database_;
  const RunnerOptions& options_;
  RunState state_;
  std::vector<std::size_t> order_;  ///< points, those of a batch together
  std::deque<Batch> batches_;
  std::map<std::size_t, double> memory_of_running_;  ///< estimated bytes by point
  std::vector<std::size_t> postponed_;               ///< claimed by others
  PointProcesses processes_;                         ///< the first to go
};

/// `points` in running order: those of a batch stand together.
void Runner::take_points(std::vector<std::size_t> points) {
  order_ = std::move(points);
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const bool shares =
        options_.share_routing && i > 0 && plan_[order_[i - 1]].routing == plan_[order_[i]].routing;
    if (!shares) batches_.push_back({i, i, {}});
    batches_.back().end = i + 1;
  }
}

/// A batch to start a point of: the first that has its traffic, else the first to route for, so that no core
/// waits while others route.
Batch* Runner::batch_to_start() {
  for (Batch& batch : batches_) {
    const bool is_next = is_unrouted(batch) || (batch.has_waiting() && processes_.is_ready(*batch.routing));
    if (is_next) return has_memory_for(order_[batch.next]) ? &batch : nullptr;
  }
  return nullptr;
}

/// By the estimates. What does not even fit alone is left to fail by itself.
bool Runner::has_memory_for(std::size_t point) const {
  if (memory_of_running_.empty() || options_.memory <= 0) return true;
  double used = plan_[point].memory;
  for (const auto& [running, bytes] : memory_of_running_) used += bytes;
  return used <= options_.memory;
}

/// Claims and starts the next point that is nobody else's. False when there is none to start now.
bool Runner::start_one() {
  while (Batch* batch = batch_to_start()) {
    const std::size_t point = order_[batch->next++];
    switch (database_.claim(plan_[point].identity, options_.retry_failed)) {
      case Claim::mine:
        start(*batch, point);
        return true;
      case Claim::theirs:
        postponed_.push_back(point);
        break;
      case Claim::finished:
        note_end(point);
        break;
    }
  }
  return false;
}

/// A point that failed may not have told its scenario.
PointResult Runner::with_scenario(const EndedPoint& ended) const {
  PointResult result = ended.result;
  if (!result.scenario.empty()) return result;
  try {
    result.scenario = resolved_json(scenario_of(sweep_, plan_[ended.point].combination)).dump();
  } catch (const Error&) {
    // A file that it names is gone: that is why it failed, and it says so.
  }
  return result;
}

/// One transaction for results and claims: it costs a wait for the disk, during which the points run already.
void Runner::store_and_claim(const std::vector<EndedPoint>& ended) {
  const auto jobs = at(std::max(options_.jobs, 1));
  const bool may_start = processes_.interruption() == 0;
  if (ended.empty() && (!may_start || processes_.under_way() >= jobs || !batch_to_start())) return;
  Transaction transaction(database_.connection());
  for (const EndedPoint& one : ended) memory_of_running_.erase(one.point);
  for (const EndedPoint& one : ended) database_.store(plan_[one.point].identity, with_scenario(one));
  std::exception_ptr failure;  // what has ended is stored all the same
  try {
    while (may_start && processes_.under_way() < jobs && start_one()) continue;
  } catch (const Error&) {
    failure = std::current_exception();
  }
  transaction.commit();
  if (failure) std::rethrow_exception(failure);
  database_.check_is_in_place();
  for (const EndedPoint& one : ended) note(one);
}

void Runner::start(Batch& batch, std::size_t point) {
  const PointRequest request = {point, plan_[point].combination, plan_[point].identity};
  memory_of_running_[point] = plan_[point].memory;
  if (!batch.routing && !batch.has_waiting()) return processes_.start_alone(request);
  if (!batch.routing) batch.routing = processes_.start_routing(request.combination);
  processes_.start_point(*batch.routing, request);
}

void Runner::note_end(std::size_t point) {
  ++state_.ended;
  state_.estimated_ended += plan_[point].seconds;
}

void Runner::note(const EndedPoint& ended) {
  note_end(ended.point);
  if (!ended.result.error.empty()) {
    ++state_.failed;
    state_.last_error = fmt::format("point {}: {}", ended.point, ended.result.error);
  }
  if (ended.result.patterns.empty()) return;
  const std::size_t figure =
      counts_all_steps(nlohmann::json::parse(ended.result.scenario)) ? 1 : 0;  // total, layer
  for (const PatternResult& pattern : ended.result.patterns) {
    const double seconds = std::get<double>(pattern.cells[figure]);
    if (state_.best_seconds > 0 && seconds >= state_.best_seconds) continue;
    state_.best_seconds = seconds;
    state_.best = fmt::format("{} at point {}", pattern.pattern, ended.point);
  }
}

/// What failed for a batch's routing process fails for all of its points.
void Runner::fail_batches_without_routing(std::vector<EndedPoint>& ended) {
  for (Batch& batch : batches_) {
    if (is_unrouted(batch)) break;
    if (!batch.has_waiting() || processes_.failure(*batch.routing).empty()) continue;
    for (; batch.has_waiting(); ++batch.next) {
      ended.push_back({order_[batch.next], {}});
      ended.back().result.error = processes_.failure(*batch.routing);
    }
  }
}

void Runner::close_finished_batches() {
  for (Batch& batch : batches_) {
    if (is_unrouted(batch)) break;
    if (!batch.has_waiting() && batch.routing) processes_.close_routing(*batch.routing);
  }
  while (!batches_.empty() && !batches_.front().has_waiting()) batches_.pop_front();
}

void Runner::retry_postponed() {
  if (!batches_.empty() || postponed_.empty()) return;
  take_points(running_order(plan_, std::exchange(postponed_, {})));
}

void Runner::throw_if_interrupted() {
  if (processes_.interruption() == 0) return;
  throw Error(Error::Kind::interrupted,
              {{"",
                fmt::format("interrupted ({}) with {} of {} points ended",
                            signal_name(processes_.interruption()), state_.ended, state_.points),
                "everything that ended is stored; run the same command again to continue"}});
}

RunState Runner::run(std::vector<std::size_t> points, const RunProgress& progress) {
  state_.points = points.size();
  for (const std::size_t point : points) state_.estimated_seconds += plan_[point].seconds;
  take_points(std::move(points));
  std::vector<EndedPoint> ended;
  for (;;) {
    fail_batches_without_routing(ended);
    store_and_claim(ended);
    throw_if_interrupted();
    close_finished_batches();
    const bool is_idle = batches_.empty() && processes_.under_way() == 0;
    state_.waits_for_others = is_idle && !postponed_.empty();
    if (progress) progress(state_);
    if (is_idle && postponed_.empty()) return state_;
    ended = processes_.wait(pulse);
    retry_postponed();
  }
}

}  // namespace

RunState run_points(const Sweep& sweep, const std::vector<PlannedPoint>& plan,
                    std::vector<std::size_t> points, SweepDatabase& database, const RunnerOptions& options,
                    const RunProgress& progress) {
  Runner runner(sweep, plan, database, options);
  try {
    return runner.run(running_order(plan, std::move(points)), progress);
  } catch (const Error& error) {
    // Claims of a process that is gone are void, but others should not have to find out.
    if (error.kind() == Error::Kind::interrupted) database.release_claims();
    throw;
  }
}

}  // namespace epsim
