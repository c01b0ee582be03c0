// What a composer knows of an exchange that it put into a schedule.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "sim/schedule/schedule.hpp"

namespace epsim {

/// Lists of operations, one per rank (or per slot).
using OpLists = std::vector<std::vector<OpId>>;

/// Operations after which data is there. Dispatch starts from the ranks (their tokens are gated) and arrives
/// at the slots; combine starts from the slots (their experts have computed) and arrives at the ranks. An
/// empty list: there from the beginning.
struct DataOps {
  OpLists of_rank;
  OpLists of_slot;
};

/// The operations after which a device enters a part.
using PartEntries = std::map<std::pair<PartId, DeviceId>, std::vector<OpId>>;

/// One exchange that a schedule contains, as the composer recorded it.
struct ScheduledExchange {
  PartId part = 0;
  DataOps ready;
  DataOps arrived;
};

}  // namespace epsim
