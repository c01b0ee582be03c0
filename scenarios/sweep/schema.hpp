// The tables of a sweep database and how a file is known to be one.
#pragma once

#include <filesystem>
#include <string>

namespace epsim {

class Sqlite;

/// Throws Error (input) unless the file is a sweep database of this format. Reads its first bytes only.
void check_is_sweep_database(const std::filesystem::path& path);

/// Throws damaged_database unless its tables are those that create_sweep_database makes. Views and indices of
/// people's own do no harm.
void check_tables(Sqlite& connection, const std::filesystem::path& path);

/// Makes an empty sweep database, at once and complete; does nothing when the file exists by then.
void create_sweep_database(const std::filesystem::path& path);

}  // namespace epsim
