#include "sim/engine/fluid_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace epsim {
namespace {

constexpr std::size_t all_flows = std::numeric_limits<std::size_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// An arrival waits for its rate at most this part of its own estimated duration.
constexpr double most_waiting = 0.05;
/// With at most such a part of arrivals among the flows, the rates of the others tell who departs next.
constexpr double few_arrivals = 0.05;
/// A link's account may be off by at most so many resolutions of its bandwidth.
constexpr double most_off = 4;
/// What arithmetic cannot tell from nothing, as part of an amount.
constexpr double rounding = 1e-9;

}  // namespace

FluidSolver::FluidSolver(const Routes& routes, std::vector<bool> binding,
                         const std::vector<BytesPerSecond>& bandwidth, FluidAccuracy accuracy)
    : allowance_(accuracy.allowance),
      exact_flows_(accuracy.allowance > 0 ? accuracy.exact_flows : all_flows),
      expected_(accuracy.flows),
      flows_(routes, std::move(binding)),
      fair_shares_(bandwidth.size()),
      states_(bandwidth.size()) {
  for (const BytesPerSecond one : bandwidth) shares_.push_back({.bandwidth = one});
}

FlowId FluidSolver::arrive(OpId op, std::uint32_t pair, Bytes bytes, Seconds now) {
  if (expected_ > 0) --expected_;
  // A link owes nothing for the time in which it had no flow.
  flows_.for_each_link(pair, [&](LinkId link) {
    if (flows_.on(link).size() > 0) return;
    state(link).solved_at = now;
    state(link).scale = state(link).carried = state(link).behind = 0;
    state(link).connected_flows = 0;
    share(link).is_full = false;
  });
  return flows_.add(op, pair, bytes, now);
}

Seconds FluidSolver::patience_of_arrival(std::uint32_t pair, Bytes bytes) const {
  Seconds duration = 0;
  double fewest = infinity;
  Seconds scale = 0;
  std::size_t connected = 0;
  flows_.for_each_link(pair, [&](LinkId link) {
    scale = std::max(scale, state(link).scale);
    const auto flows = static_cast<double>(flows_.on(link).size());
    duration = std::max(duration, static_cast<double>(bytes) * flows / share(link).bandwidth);
    fewest = std::min(fewest, flows);
    connected = std::max<std::size_t>(connected, state(link).connected_flows);
  });
  return connected <= exact_flows_ ? 0 : std::min(most_waiting * duration, allowance_ * scale * fewest);
}

void FluidSolver::depart(FlowId flow, Seconds now) {
  const BytesPerSecond rate = flows_.state(flow).rate;
  flows_.for_each_link(flows_.identity(flow).pair,
                       [&](LinkId link) { state(link).carried += rate * (now - state(link).solved_at); });
  flows_.remove(flow);
}

void FluidSolver::solve_component_of(LinkId seed, Seconds now) {
  ++searches_;
  component_.assign(1, seed);
  state(seed).seen = searches_;
  for (std::size_t i = 0; i < component_.size(); ++i)
    flows_.for_each_flow(component_[i], [&](const FlowEntry& entry) {
      flows_.for_each_other_link(component_[i], entry, [&](LinkId other) {
        if (std::exchange(state(other).seen, searches_) != searches_) component_.push_back(other);
      });
    });
  solve(now);
}

void FluidSolver::solve_links(std::vector<LinkId> links, Seconds now) {
  component_ = std::move(links);
  solve(now);
}

void FluidSolver::solve(Seconds now) {
  // Periods are about as long as the one before.
  const LinkState& one = state(component_.front());
  const Seconds likely_length = std::max(2 * (now - one.solved_at), allowance_ * one.scale);
  serve(now, likely_length);
  find_resolution();
  credit_arrivals(now);
  is_exact_ = connected_flows_ <= exact_flows_;
  settle_accounts();
  Seconds length = 0;
  if (is_exact_) {
    supply_links(0);
    share_out();
    length = first_departure();
    list_departures(now, length);
  } else {
    length = plan_period(std::max(likely_length, resolution_));
    fair_shares_.fill(component_, flows_, shares_);
    foresee(length);
    keep_to_accounts(length);
    list_slowed_departures(now, length);
  }
  period_end_ = departures_.size() < connected_flows_ ? now + length : infinity;
}

// What has been carried since the last solve, and which departures come next if rates stay as they are.
void FluidSolver::serve(Seconds now, Seconds length) {
  arrivals_.clear();
  departures_.clear();
  connected_flows_ = 0;
  for (const LinkId link : component_) state(link).left = 0;
  for (const LinkId link : component_) {
    const Seconds served = now - state(link).solved_at;
    double carried = 0;
    double left = 0;
    ActiveFlows::LinkFlows& flows = flows_.on(link);
    connected_flows_ += flows.starting.size();
    for (std::size_t i = 0; i < flows.states.size(); ++i) {
      FlowState& flow = flows.states[i];
      const double bytes = flow.rate * served;
      flow.remaining = std::max(0.0, flow.remaining - bytes);
      carried += bytes;
      left += flow.remaining;
      flows_.for_each_other_link(link, flows.starting[i], [&](LinkId other) {
        state(other).carried += bytes;
        state(other).left += flow.remaining;
      });
      if (flow.rate <= 0)
        arrivals_.push_back(flows.starting[i].flow);
      else if (flow.remaining <= flow.rate * length)
        departures_.push_back({flow.remaining / flow.rate, flow.rate, link, flows.starting[i]});
    }
    state(link).carried += carried;
    state(link).left += left;
  }
  for (const LinkId link : component_) {
    LinkState& link_state = state(link);
    const double possible = share(link).bandwidth * (now - link_state.solved_at);
    link_state.behind += possible - link_state.carried;
    if (std::abs(link_state.behind) < rounding * possible) link_state.behind = 0;
    link_state.solved_at = now;
    link_state.carried = 0;
    link_state.connected_flows = static_cast<std::uint32_t>(connected_flows_);
  }
}

void FluidSolver::find_resolution() {
  Seconds scale = 0;
  for (const LinkId link : component_)
    scale = std::max({scale, state(link).scale, state(link).left / share(link).bandwidth});
  for (const LinkId link : component_) state(link).scale = scale;
  resolution_ = allowance_ * scale;
}

// An arrival that waited for this solve gets what it would surely have had in the meantime, each of its links
// shared equally; the links make up for it in the next period.
void FluidSolver::credit_arrivals(Seconds now) {
  for (const FlowId id : arrivals_) {
    const ActiveFlows::Identity& flow = flows_.identity(id);
    double credit = flows_.state(id).remaining;
    flows_.for_each_link(flow.pair, [&](LinkId link) {
      const BytesPerSecond surely = share(link).bandwidth / static_cast<double>(flows_.on(link).size());
      credit = std::min({credit, surely * (now - flow.arrived), std::max(0.0, state(link).behind)});
    });
    flows_.state(id).remaining -= credit;
    flows_.for_each_link(flow.pair, [&](LinkId link) { state(link).behind -= credit; });
  }
}

// Only a link that was full has something to catch up; the others were idle for lack of work.
void FluidSolver::settle_accounts() {
  for (const LinkId link : component_) {
    const double most = share(link).is_full ? most_off * resolution_ * share(link).bandwidth : 0;
    state(link).behind = is_exact_ ? 0 : std::min(state(link).behind, most);
  }
}

void FluidSolver::supply_links(Seconds length) {
  for (const LinkId link : component_) {
    LinkShare& link_share = share(link);
    const double extra = length > 0 ? (state(link).behind + state(link).idle) / length : 0;
    link_share.supply = std::max(0.5, 1 + extra / link_share.bandwidth) * link_share.bandwidth;
  }
}

void FluidSolver::share_out() {
  fair_shares_.fill(component_, flows_, shares_);
  for (const LinkId link : component_) {
    ActiveFlows::LinkFlows& flows = flows_.on(link);
    for (std::size_t i = 0; i < flows.states.size(); ++i) {
      BytesPerSecond rate = share(link).share;
      flows_.for_each_other_link(link, flows.starting[i],
                                 [&](LinkId other) { rate = std::min(rate, share(other).share); });
      flows.states[i].rate = rate;
    }
  }
}

/// What each link will carry within the period, by the shares as they are.
void FluidSolver::foresee(Seconds length) {
  for (const LinkId link : component_) state(link).ending = state(link).staying_rate = state(link).rate = 0;
  for (const LinkId link : component_) {
    const ActiveFlows::LinkFlows& flows = flows_.on(link);
    const BytesPerSecond own = share(link).share;
    for (std::size_t i = 0; i < flows.states.size(); ++i) {
      const double remaining = flows.states[i].remaining;
      BytesPerSecond rate = own;
      flows_.for_each_other_link(link, flows.starting[i],
                                 [&](LinkId other) { rate = std::min(rate, share(other).share); });
      const bool ends = remaining <= rate * length;
      const double ending = ends ? remaining : 0;
      const double staying = ends ? 0 : rate;
      const auto book = [&](LinkId on) {
        LinkState& one = state(on);
        one.rate += rate;
        one.ending += ending;
        one.staying_rate += staying;
      };
      book(link);
      flows_.for_each_other_link(link, flows.starting[i], book);
    }
  }
}

// No link may carry more within the period than its bandwidth and what it is behind; else all of its flows
// are slowed down, whichever link limits them. That only makes other links carry less.
void FluidSolver::keep_to_accounts(Seconds length) {
  for (const LinkId link : component_) {
    const LinkState& one = state(link);
    const BytesPerSecond bandwidth = share(link).bandwidth;
    double& slowing = share(link).slowing;
    slowing = 1;
    if (one.rate <= bandwidth) continue;
    const double allowed = bandwidth * length + one.behind;
    const double safe = bandwidth / one.rate;
    if (one.staying_rate == 0)  // becomes idle within the period
      slowing = safe;
    else if (one.ending + one.staying_rate * length > allowed)
      slowing = std::max(safe, (allowed - one.ending) / (one.staying_rate * length));
  }
}

/// Gives flows their rates as well.
void FluidSolver::list_slowed_departures(Seconds now, Seconds length) {
  departures_.clear();
  for (const LinkId link : component_) {
    ActiveFlows::LinkFlows& flows = flows_.on(link);
    const LinkShare own = share(link);
    for (std::size_t i = 0; i < flows.states.size(); ++i) {
      FlowState& flow = flows.states[i];
      BytesPerSecond rate = own.share;
      double slowing = own.slowing;
      flows_.for_each_other_link(link, flows.starting[i], [&](LinkId other) {
        rate = std::min(rate, share(other).share);
        slowing = std::min(slowing, share(other).slowing);
      });
      rate *= slowing;
      flow.rate = rate;
      if (flow.remaining <= rate * length)
        departures_.push_back({now + flow.remaining / rate, rate, link, flows.starting[i]});
    }
  }
}

Seconds FluidSolver::first_departure() const {
  Seconds first = infinity;
  for (const LinkId link : component_)
    for (const FlowState& flow : flows_.on(link).states)
      if (flow.remaining < first * flow.rate) first = flow.remaining / flow.rate;
  return first;
}

void FluidSolver::list_departures(Seconds now, Seconds length) {
  departures_.clear();
  for (const LinkId link : component_) {
    const ActiveFlows::LinkFlows& flows = flows_.on(link);
    for (std::size_t i = 0; i < flows.states.size(); ++i) {
      const FlowState& flow = flows.states[i];
      if (flow.remaining <= flow.rate * length)
        departures_.push_back({now + flow.remaining / flow.rate, flow.rate, link, flows.starting[i]});
    }
  }
}

// Rates as they are tell who departs when, unless many flows have none yet. Idle bytes grow with about the
// square of the period's length.
Seconds FluidSolver::plan_period(Seconds length) {
  constexpr int most_tries = 30;
  for (const LinkId link : component_) state(link).idle = 0;
  if (static_cast<double>(arrivals_.size()) > few_arrivals * static_cast<double>(connected_flows_)) {
    supply_links(0);
    share_out();
    list_departures(0, length);
  } else if (!arrivals_.empty()) {  // others will arrive soon, and take what departures leave
    supply_links(length);
    return length;
  }
  double excess = foresee_idle(length);
  for (int i = 0; i < most_tries && excess > 1; ++i) {
    length *= std::clamp(0.95 / std::sqrt(excess), 0.1, 0.95);
    excess = foresee_idle(length);
  }
  // An arrival may end the period early, and a link that brings bytes forward would be ahead then.
  if (expected_ > 0)
    for (const LinkId link : component_) state(link).idle = 0;
  supply_links(length);
  return length;
}

/// Sets the bytes that will lie idle on each link because of departures before the period's end. Returns the
/// largest share of what is tolerated.
double FluidSolver::foresee_idle(Seconds length) {
  for (const LinkId link : component_) state(link).idle = 0;
  for (const Departure& departure : departures_) {
    if (departure.time >= length) continue;
    const double bytes = departure.rate * (length - departure.time);
    state(departure.first).idle += bytes;
    flows_.for_each_other_link(departure.first, departure.entry,
                               [&](LinkId other) { state(other).idle += bytes; });
  }
  double most = 0;
  for (const LinkId link : component_)
    if (share(link).limited > 0 && flows_.on(link).size() > 1)
      most = std::max(most, state(link).idle / (resolution_ * share(link).limited));
  return most;
}

}  // namespace epsim
