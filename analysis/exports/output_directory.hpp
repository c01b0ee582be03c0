// A folder of results that appears all at once: every file is written under a temporary name and gets its own
// at the end, in the order of creation. Whoever finds the last file has them all.
#pragma once

#include <array>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "platforms/system/temporary_file.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// The files of `--out` beside a trace per pattern.
namespace result_files {
inline constexpr const char* result = "result.json";
inline constexpr const char* spans = "spans.csv";
inline constexpr const char* links = "links.csv";
inline constexpr const char* critical_path = "critical_path.csv";
inline constexpr const char* waits = "waits.csv";
inline constexpr const char* traffic = "traffic.csv";
inline constexpr const char* topology = "topology.csv";
inline constexpr const char* link_use = "link_use.csv";
inline constexpr std::array all = {result, spans, links, critical_path, waits, traffic, topology, link_use};
}  // namespace result_files
/// Made of those, when they are in their places.
inline constexpr const char* report_file_name = "report.html";
/// "trace_ring.json"
[[nodiscard]] std::string chrome_trace_file_name(PatternKind pattern);
/// "trace_ring.paje"
[[nodiscard]] std::string paje_file_name(PatternKind pattern);

class OutputDirectory {
 public:
  /// Makes the folder and its parents where missing and tries whether files can be made in it. Throws Error
  /// (input) when not.
  explicit OutputDirectory(std::filesystem::path folder);

  /// Writes a file by calling write(std::ostream&). Throws Error (simulation) when it does not all arrive.
  template <class Write>
  void add(const std::string& name, const Write& write) {
    std::ofstream file = open(name);
    write(static_cast<std::ostream&>(file));
    close(file, name);
  }

  /// Where somebody else is to write a file before commit().
  [[nodiscard]] std::filesystem::path place_for(const std::string& name);

  /// Gives every file its own name; an older result's files are replaced, all or none. Throws Error
  /// (simulation), and then the folder is as it was.
  void commit();

 private:
  std::ofstream open(const std::string& name);
  void close(std::ofstream& file, const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names_of_older_result() const;

  std::filesystem::path folder_;
  std::optional<Unfinished> made_folder_;
  std::vector<std::string> names_;
  std::deque<Unfinished> files_;  // by name
};

}  // namespace epsim
