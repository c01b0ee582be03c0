// The network of the fluid engine as a sequence of events: flows arrive, depart, and are given their share of
// the links by FluidSolver, for one period of time after the other.
//
// Deterministic: events of one moment are handled in order of kind (departures and ends of periods before
// solves that arrivals asked for) and number.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "platforms/indexing.hpp"
#include "platforms/topology.hpp"
#include "sim/engine/flow_network.hpp"
#include "sim/engine/fluid_solver.hpp"

namespace epsim {

class FluidNetwork : public FlowNetwork {
 public:
  /// As FluidSolver.
  FluidNetwork(const Routes& routes, std::vector<bool> binding, const std::vector<BytesPerSecond>& bandwidth,
               FluidAccuracy accuracy);

  void start(OpId op, std::uint32_t pair, Bytes bytes, Seconds now) override;
  [[nodiscard]] Seconds next_event() override;
  std::optional<OpId> advance() override;

 private:
  static constexpr Seconds never = std::numeric_limits<Seconds>::infinity();
  static constexpr std::uint32_t no_period = std::numeric_limits<std::uint32_t>::max();

  /// What a solve has fixed: the departures until `end`, when all of its links must be solved again. Links
  /// leave a period when they are solved again, or empty; without links it is over.
  struct Period {
    std::uint64_t solve = 0;  // its number; 0: the period is over
    Seconds end = never;
    Seconds event = never;     // when its event is due; at the same moment departures come before the end
    bool stays_whole = false;  // its links may be solved together again without a search
    std::vector<LinkId> links;
    std::size_t links_left = 0;
    std::vector<Departure> departures;  // heap, the earliest on top
    [[nodiscard]] Seconds next() const {
      return departures.empty() ? end : std::min(end, departures.front().time);
    }
  };
  enum class EventKind : std::uint8_t { period, solve };
  struct Event {
    Seconds time;
    std::uint64_t solve;  // made after this solve; another one of the same link or period makes it stale
    std::uint32_t id;     // the period whose next departure or end it is; the link to solve
    EventKind kind;
    bool operator>(const Event& other) const {
      if (time != other.time) return time > other.time;
      return kind != other.kind ? kind > other.kind : id > other.id;
    }
  };
  struct LinkState {
    std::uint64_t solve = 0;  // number of its last solve
    std::uint32_t period = no_period;
    Seconds deadline = never;  // of its next solve
  };

  void push(Event event);
  Event pop();
  [[nodiscard]] bool is_stale(const Event& event) const;
  void ask_for_solve(LinkId link, Seconds deadline, bool is_joining);
  std::optional<OpId> advance_period(const Event& event);
  OpId depart(const Departure& departure);
  void end_period(const Event& event);
  void solve(LinkId seed, Seconds now);
  void open_period();
  void push_period(std::uint32_t id);
  void leave_period(LinkId link);

  LinkState& state(LinkId link) { return states_[at(link)]; }

  FluidSolver solver_;
  std::vector<LinkState> states_;
  std::vector<Event> events_;  // heap, the earliest on top
  std::vector<Period> periods_;
  std::vector<std::uint32_t> free_periods_;
  std::uint64_t solves_ = 0;
};

}  // namespace epsim
