// Reads `workload.trace`: recorded routing for a scenario.
#pragma once

#include <filesystem>

#include "scenarios/reader/json_reader.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// A file's name or {file, format, layer}. A trace of tokens brings its own tokens, dealt to the scenario's
/// ranks: as recorded where as many ranks were recorded, else in their order in equal shares, the first ranks
/// one more. A matrix of loads makes one layer's loads the expected ones of the synthetic gate. Needs the
/// scenario's expert_parallel and the other members of the workload; `known`: these are right. Faults become
/// problems.
void read_trace(JsonObject& workload, const std::filesystem::path& base_folder, bool known,
                Scenario& scenario);

}  // namespace epsim
