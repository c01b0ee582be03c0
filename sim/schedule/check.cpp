#include "sim/schedule/check.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "sim/exchange.hpp"
#include "sim/schedule/obligations.hpp"
#include "sim/schedule/order.hpp"

namespace epsim {
namespace {

std::span<const OpId> list_of(const std::vector<std::vector<OpId>>& lists, int index) {
  const auto i = at(index);
  if (i >= lists.size()) return {};
  return lists[i];
}

void append(std::vector<OpId>& ops, std::span<const OpId> more) {
  ops.insert(ops.end(), more.begin(), more.end());
}

bool goes_by_slot(const Schedule& schedule, const std::vector<OpId>& transfers) {
  return std::any_of(transfers.begin(), transfers.end(), [&](OpId transfer) {
    const auto payload = schedule.payload(transfer);
    return std::any_of(payload.begin(), payload.end(), [](const Rectangle& r) { return r.slot >= 0; });
  });
}

/// Follows every obligation of one exchange from rank to rank.
class ExchangeCheck {
 public:
  /// `transfers` are the exchange's, in run order.
  ExchangeCheck(const Schedule& schedule, const Exchange& exchange, const ScheduledExchange& scheduled,
                Ancestry& ancestry, const std::vector<OpId>& transfers)
      : schedule_(schedule),
        exchange_(exchange),
        group_(exchange.group()),
        scheduled_(scheduled),
        part_(schedule.parts()[scheduled.part]),
        ancestry_(ancestry),
        transfers_(transfers),
        obligations_(exchange, part_, goes_by_slot(schedule, transfers)),
        latest_with_own_data_(static_cast<std::size_t>(group_.size()), no_operation) {
    for (Rank rank = 0; rank < group_.size(); ++rank) rank_of_device_[group_.device(rank)] = rank;
  }

  void run() {
    for (const OpId transfer : transfers_) {
      const Rank sender = rank_of(transfer, schedule_.device(transfer));
      const Rank receiver = rank_of(transfer, schedule_.peer(transfer));
      if (sender == receiver) fail(transfer, "sends to its own device");
      check_payload(transfer, sender, receiver);
      move(transfer, sender, receiver);
    }
    check_delivered();
    check_promises();
  }

 private:
  [[noreturn]] void fail(OpId op, const std::string& what) const {
    throw simulation_error(describe(schedule_, op), what);
  }

  [[nodiscard]] Rank rank_of(OpId transfer, DeviceId device) const {
    const auto found = rank_of_device_.find(device);
    if (found == rank_of_device_.end()) fail(transfer, "d" + std::to_string(device) + " is not in the group");
    return found->second;
  }

  [[nodiscard]] std::string device_of(Rank rank) const { return "d" + std::to_string(group_.device(rank)); }

  [[nodiscard]] std::string text_of(const Obligation& owed) const {
    std::string text = "what " + device_of(owed.source) + " owes " + device_of(owed.destination);
    if (owed.slot >= 0) text += " (slot " + std::to_string(owed.slot) + ")";
    if (part_.chunks > 1) text += " (chunk " + std::to_string(owed.chunk) + ")";
    return text;
  }

  void check_payload(OpId transfer, Rank sender, Rank receiver) const {
    const auto payload = schedule_.payload(transfer);
    for (const Rectangle& rectangle : payload) {
      const std::string problem = problem_of(rectangle, exchange_, part_);
      if (!problem.empty()) fail(transfer, problem);
    }
    const std::int64_t copies = payload_copies(exchange_, part_, sender, receiver, payload);
    if (copies < 0) fail(transfer, "carries a part of a node's copies, which are merged per node");
    const Bytes bytes = copies * exchange_.bytes_per_copy();
    if (schedule_.bytes(transfer) != bytes || bytes == 0)
      fail(transfer, "has " + std::to_string(schedule_.bytes(transfer)) + " bytes, its payload " +
                         std::to_string(bytes));
  }

  void move(OpId transfer, Rank sender, Rank receiver) {
    needed_.clear();
    bool has_own_data = false;
    const auto take = [&](const Obligation& owed, Whereabouts& entry) {
      if (entry.holder != sender) fail(transfer, "sends " + text_of(owed) + ", which is at " + place(entry));
      if (sender == owed.destination) fail(transfer, "sends on " + text_of(owed) + ", which is there");
      if (entry.since != no_operation)
        needed_.push_back(entry.since);
      else if (owed.slot >= 0 && exchange_.phase() == Phase::combine)
        append(needed_, list_of(scheduled_.ready.of_slot, owed.slot));
      else
        has_own_data = true;
      entry = {receiver, transfer};
    };
    for (const Rectangle& rectangle : schedule_.payload(transfer)) obligations_.visit(rectangle, take);
    if (has_own_data) need_readiness(transfer, sender);
    if (const auto missing = ancestry_.unfinished_before(transfer, needed_))
      fail(transfer, "does not follow " + describe(schedule_, *missing) + ", after which " +
                         device_of(sender) + " has what it sends");
  }

  // Following the rank's previous transfer of own data will do, and keeps the search backwards short.
  void need_readiness(OpId transfer, Rank sender) {
    OpId& latest = latest_with_own_data_[at(sender)];
    if (latest == no_operation || ancestry_.unfinished_before(transfer, {&latest, 1}))
      append_readiness(needed_, sender);
    latest = transfer;
  }

  void append_readiness(std::vector<OpId>& ops, Rank source) const {
    if (exchange_.phase() != Phase::combine) return append(ops, list_of(scheduled_.ready.of_rank, source));
    for (const int slot : exchange_.slots_of(source)) append(ops, list_of(scheduled_.ready.of_slot, slot));
  }

  [[nodiscard]] std::string place(const Whereabouts& entry) const {
    if (entry.since == no_operation) return device_of(entry.holder);
    return device_of(entry.holder) + " after " + describe(schedule_, entry.since);
  }

  void check_delivered() {
    for (Rank source = 0; source < group_.size(); ++source)
      for (Rank destination = 0; destination < group_.size(); ++destination)
        obligations_.visit(source, destination, [&](const Obligation& owed, const Whereabouts& entry) {
          if (entry.holder != destination)
            throw simulation_error(
                "part " + std::to_string(scheduled_.part) + " (" + std::string(name_of(part_.phase)) + ")",
                text_of(owed) + " does not arrive: it ends at " + place(entry));
        });
  }

  void check_promises() {
    for (Rank rank = 0; rank < group_.size(); ++rank) {
      if (exchange_.phase() == Phase::combine)
        check_promise(rank, -1);
      else
        for (const int slot : exchange_.slots_of(rank)) check_promise(rank, slot);
    }
  }

  /// To a rank in combine; to its slot in dispatch.
  void check_promise(Rank receiver, int slot) {
    needed_.clear();
    for (Rank source = 0; source < group_.size(); ++source) {
      if (source == receiver || (slot >= 0 && exchange_.slot_copies(source, slot) == 0)) continue;
      obligations_.visit(source, receiver, [&](const Obligation& owed, const Whereabouts& entry) {
        if (slot < 0 || owed.slot < 0 || owed.slot == slot) needed_.push_back(entry.since);
      });
    }
    need_own_data(receiver, slot);
    const auto promised =
        slot < 0 ? list_of(scheduled_.arrived.of_rank, receiver) : list_of(scheduled_.arrived.of_slot, slot);
    if (const auto missing = ancestry_.unfinished_after(promised, needed_))
      fail(*missing, "is not awaited by the arrival promised to " +
                         (slot < 0 ? "" : "slot " + std::to_string(slot) + " of ") + device_of(receiver));
  }

  void need_own_data(Rank receiver, int slot) {
    if (slot >= 0) {
      if (exchange_.slot_copies(receiver, slot) > 0)
        append(needed_, list_of(scheduled_.ready.of_rank, receiver));
      return;
    }
    for (const int own : exchange_.slots_of(receiver))
      if (exchange_.slot_copies(receiver, own) > 0) append(needed_, list_of(scheduled_.ready.of_slot, own));
  }

  const Schedule& schedule_;
  const Exchange& exchange_;
  const Group& group_;
  const ScheduledExchange& scheduled_;
  Part part_;
  Ancestry& ancestry_;
  const std::vector<OpId>& transfers_;
  Obligations obligations_;
  std::unordered_map<DeviceId, Rank> rank_of_device_;
  std::vector<OpId> latest_with_own_data_;  // by rank
  std::vector<OpId> needed_;                // operations that the current one must follow
};

/// The transfers of each part, in run order.
std::vector<std::vector<OpId>> transfers_of_parts(const Schedule& schedule, std::span<const OpId> order) {
  std::vector<std::vector<OpId>> transfers(schedule.parts().size());
  for (const OpId op : order)
    if (schedule.kind(op) == OpKind::transfer) transfers[schedule.part_of(op)].push_back(op);
  return transfers;
}

}  // namespace

void check_schedule(const Schedule& schedule, const Group& group, const Traffic& traffic,
                    const std::vector<ScheduledExchange>& exchanges) {
  const std::vector<OpId> order = run_order(schedule);
  Ancestry ancestry(schedule, order);
  std::vector<std::vector<OpId>> transfers = transfers_of_parts(schedule, order);
  for (const ScheduledExchange& scheduled : exchanges) {
    const Part& part = schedule.parts()[scheduled.part];
    const Exchange exchange(traffic, group, part.phase, part.chunk_tokens);
    ExchangeCheck(schedule, exchange, scheduled, ancestry, transfers[scheduled.part]).run();
    transfers[scheduled.part].clear();
  }
  for (const std::vector<OpId>& left : transfers)
    if (!left.empty()) throw simulation_error(describe(schedule, left.front()), "belongs to no exchange");
}

}  // namespace epsim
