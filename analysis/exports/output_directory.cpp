#include "analysis/exports/output_directory.hpp"

#include <algorithm>
#include <ostream>
#include <system_error>
#include <utility>

#include "platforms/error.hpp"
#include "platforms/system/signals.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

constexpr const char* nothing_left = "nothing in --out was changed";

/// Renamings that are taken back, the last one first, unless they are kept.
class Renamings {
 public:
  Renamings() = default;
  Renamings(const Renamings&) = delete;
  Renamings& operator=(const Renamings&) = delete;
  ~Renamings() {
    std::error_code ignored;
    for (auto one = done_.rbegin(); one != done_.rend(); ++one)
      std::filesystem::rename(one->second, one->first, ignored);
  }

  /// False when it cannot be done.
  bool rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code error;
    std::filesystem::rename(from, to, error);
    if (!error) done_.emplace_back(from, to);
    return !error;
  }
  void keep() { done_.clear(); }

 private:
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> done_;
};

}  // namespace

std::string chrome_trace_file_name(PatternKind pattern) {
  return "trace_" + std::string(name_of(pattern)) + ".json";
}

std::string paje_file_name(PatternKind pattern) {
  return "trace_" + std::string(name_of(pattern)) + ".paje";
}

OutputDirectory::OutputDirectory(std::filesystem::path folder) : folder_(std::move(folder)) {
  const auto unusable = [&](const std::string& why) {
    return input_error("--out " + folder_.string(), why, "name a folder that can be written to");
  };
  std::error_code error;
  {
    const HeldSignals held;
    const bool is_new = std::filesystem::create_directories(folder_, error);
    if (is_new) made_folder_.emplace(folder_, Unfinished::Kind::folder);
  }
  if (error) throw unusable("the folder cannot be made: " + error.message());
  if (!std::filesystem::is_directory(folder_, error)) throw unusable("this is not a folder");
  const Unfinished probe(temporary_name(folder_ / "probe"), Unfinished::Kind::file);
  if (!std::ofstream(probe.path())) throw unusable("no file can be made in this folder");
}

std::filesystem::path OutputDirectory::place_for(const std::string& name) {
  names_.push_back(name);
  return files_.emplace_back(temporary_name(folder_ / name), Unfinished::Kind::file).path();
}

std::ofstream OutputDirectory::open(const std::string& name) {
  std::ofstream file(place_for(name), std::ios::binary | std::ios::trunc);
  if (!file) throw cannot_write(folder_ / name, nothing_left);
  return file;
}

void OutputDirectory::close(std::ofstream& file, const std::string& name) const {
  file.close();
  if (!file) throw cannot_write(folder_ / name, nothing_left);
}

// An earlier run may have had other patterns: its traces do not belong to this result, nor does its report.
// Nothing else is touched. The last file comes first: half a set must not be vouched for.
std::vector<std::string> OutputDirectory::names_of_older_result() const {
  std::vector<std::string> names(names_.rbegin(), names_.rend());
  for (const PatternKind kind : all_pattern_kinds())
    for (const std::string& name : {chrome_trace_file_name(kind), paje_file_name(kind)})
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  names.emplace_back(report_file_name);
  std::erase_if(names, [&](const std::string& name) {
    std::error_code ignored;
    return !std::filesystem::exists(std::filesystem::symlink_status(folder_ / name, ignored));
  });
  return names;
}

void OutputDirectory::commit() {
  const HeldSignals held;
  std::deque<Unfinished> older;
  {
    Renamings renamings;
    for (const std::string& name : names_of_older_result()) {
      std::error_code ignored;
      const std::filesystem::path aside = temporary_name(folder_ / (name + ".older"));
      if (!renamings.rename(folder_ / name, aside)) throw cannot_write(folder_ / name, nothing_left);
      if (std::filesystem::is_directory(std::filesystem::symlink_status(aside, ignored)))
        throw cannot_write(folder_ / name, nothing_left);
      older.emplace_back(aside, Unfinished::Kind::file);
    }
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (!renamings.rename(files_[i].path(), folder_ / names_[i]))
        throw cannot_write(folder_ / names_[i], nothing_left);
    renamings.keep();
  }
  for (Unfinished& file : files_) file.keep();
  if (made_folder_) made_folder_->keep();
}

}  // namespace epsim
