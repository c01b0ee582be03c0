#include "tests/fuzz/readers.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "platforms/error.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/reader/trace_reader.hpp"
#include "scenarios/reader/traffic_reader.hpp"
#include "scenarios/sweep/database.hpp"
#include "scenarios/sweep/export.hpp"
#include "scenarios/sweep/plan.hpp"
#include "scenarios/sweep/show.hpp"
#include "scenarios/sweep/sweep_reader.hpp"
#include "scenarios/validate/measured_sizes.hpp"
#include "tests/support/sweeps.hpp"
#include "tests/support/temporary_folder.hpp"

namespace epsim {
namespace {

using std::filesystem::path;

path written(std::string_view bytes, const path& scratch, const char* name) {
  std::ofstream(scratch / name, std::ios::binary) << bytes;
  return scratch / name;
}

/// What is accepted can be written down in full and read again as the same.
void read_scenario(std::string_view bytes, const path& scratch) {
  const Scenario scenario = parse_scenario(parse_json_object(bytes, "scenario"), scratch);
  if (scenario.direct_traffic) return;  // not part of what is resolved
  const std::string resolved = resolved_json(scenario).dump();
  const Scenario again = parse_scenario(parse_json_object(resolved, "resolved scenario"), scratch);
  if (resolved_json(again).dump() != resolved) throw std::logic_error("the resolved scenario is another");
}

void read_sweep(std::string_view bytes, const path&) {
  constexpr std::uint64_t few = 1000;
  const path folder = path(EPSIM_SOURCE_DIR) / "scenarios" / "sweeps";  // bases are named from there
  const Sweep sweep = parse_sweep(parse_json_object(bytes, "sweep"), folder, "sweep", {});
  if (combinations(sweep) <= few) static_cast<void>(plan_points(sweep, false));
}

void read_matrix(std::string_view bytes, const path& scratch) {
  static_cast<void>(load_matrix(written(bytes, scratch, "matrix.txt")));
}

template <TraceFormat format>
void read_trace(std::string_view bytes, const path& scratch) {
  static_cast<void>(read_token_trace(written(bytes, scratch, "trace"), format, {}));
}

void read_benchmark(std::string_view bytes, const path& scratch) {
  static_cast<void>(read_measured_sizes(written(bytes, scratch, "times.txt")));
}

void read_loads_file(std::string_view bytes, const path& scratch) {
  static_cast<void>(read_loads(written(bytes, scratch, "loads.json")));
}

/// As `sweep show`, `sweep export` and a sweep that continues do.
void read_database(std::string_view bytes, const path& scratch) {
  for (const char* suffix : {"-wal", "-shm", "-journal"})
    std::filesystem::remove(scratch / (std::string("sweep.db") + suffix));
  const path file = written(bytes, scratch, "sweep.db");
  {
    SweepDatabase database(file, SweepDatabase::Access::read);
    const auto stored = database.sweep();
    if (stored) {
      for_each_row(database, *stored, [](const ExportRow&) {});
      static_cast<void>(findings_json(findings_of(database, *stored, {}), false).dump());
    }
  }
  SweepDatabase database(file, SweepDatabase::Access::write);
  static_cast<void>(database.plan());
  static_cast<void>(database.statuses());
}

constexpr std::array all_readers = {
    Reader{"measured_sizes", false, read_benchmark},
    Reader{"scenario", true, read_scenario},
    Reader{"sweep", true, read_sweep},
    Reader{"trace_csv", false, read_trace<TraceFormat::csv>},
    Reader{"trace_megatron", false, read_trace<TraceFormat::megatron>},
    Reader{"loads", true, read_loads_file},
    Reader{"matrix", false, read_matrix},
    Reader{"database", false, read_database},
};

std::vector<path> files_in(const path& folder) {
  std::vector<path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// A finished sweep with made-up figures; `damage` is SQL.
std::string database_with(const std::string& damage, const path& scratch) {
  const path file = scratch / "seed.db";
  std::filesystem::remove(file);
  {
    const Sweep sweep = sweep_of(small_sweep());
    const std::vector<PlannedPoint> plan = plan_points(sweep, false);
    SweepDatabase database(file, SweepDatabase::Access::create);
    database.store_plan(sweep, 1, plan);
    PointResult result;
    result.scenario = "{}";
    for (const ResultColumn& column : result_columns())
      result.patterns.resize(1),
          result.patterns.front().cells.push_back(column.sql_type == "TEXT"   ? Cell("text")
                                                  : column.sql_type == "REAL" ? Cell(1.5)
                                                                              : Cell(std::int64_t{7}));
    result.patterns.front().pattern = "ring";
    Transaction transaction(database.connection());
    for (const PlannedPoint& point : plan) database.store(point.identity, result);
    transaction.commit();
    if (!damage.empty()) database.connection().run(damage);
  }
  return read_file(file);
}

}  // namespace

std::span<const Reader> readers() {
  return all_readers;
}

Verdict feed(const Reader& reader, std::string_view bytes, const path& scratch) {
  try {
    reader.read(bytes, scratch);
    return Verdict::accepted;
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::input) throw;
    return Verdict::refused;
  }
}

std::vector<std::string> corpus_of(const Reader& reader, const path& scratch) {
  const path root = EPSIM_SOURCE_DIR;
  const bool is_database = reader.name == "database";
  std::vector<std::string> corpus;
  if (is_database) corpus.push_back(database_with("", scratch));
  for (const path& file : files_in(root / "tests" / "fuzz" / "corpus" / reader.name))
    corpus.push_back(is_database ? database_with(read_file(file), scratch) : read_file(file));
  const bool is_shipped = reader.name == "scenario" || reader.name == "sweep";
  if (is_shipped)
    for (const path& file : files_in(root / "scenarios" / (reader.name == "sweep" ? "sweeps" : "")))
      if (file.extension() == ".json" && file.stem().extension() != ".schema")
        corpus.push_back(read_file(file));
  return corpus;
}

}  // namespace epsim
