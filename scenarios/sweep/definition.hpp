// How a sweep database says which sweep it holds: JSON with name, question, expect, axes, seeds, seed (null
// for direct traffic) and patterns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "platforms/error.hpp"
#include "scenarios/sweep/identity.hpp"
#include "scenarios/sweep/sweep.hpp"

namespace epsim {

struct StoredSweep {
  Identity identity = {};
  Sweep sweep;                       ///< without base and where
  std::optional<std::int64_t> seed;  ///< of the base; nothing for direct traffic
};

[[nodiscard]] std::string definition_of(const Sweep& sweep, std::optional<std::int64_t> seed);

/// As strict as the reader of sweep files. Throws damaged_database for what no sweep says.
[[nodiscard]] StoredSweep read_definition(std::string_view definition, const Identity& identity,
                                          const std::filesystem::path& database);

/// Error (input): what stands in the file is nothing that epsim has written.
[[nodiscard]] Error damaged_database(const std::filesystem::path& database, const std::string& what);

}  // namespace epsim
