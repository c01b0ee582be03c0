#include "analysis/output_directory.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <ostream>
#include <system_error>
#include <utility>

#include "platforms/error.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

Error cannot_write(const std::filesystem::path& path) {
  std::error_code error;
  const auto space = std::filesystem::space(path.parent_path(), error);
  const bool is_full = !error && space.available < (1 << 20);
  return simulation_error(path.string(),
                          is_full ? "cannot be written: the disk is full" : "cannot be written",
                          "no files were left in --out");
}

sigset_t interrupts() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

std::string trace_file_name(PatternKind pattern) {
  return "trace_" + std::string(name_of(pattern)) + ".json";
}

OutputDirectory::OutputDirectory(std::filesystem::path folder) : folder_(std::move(folder)) {
  const auto unusable = [&](const std::string& why) {
    return input_error("--out " + folder_.string(), why, "name a folder that can be written to");
  };
  std::error_code error;
  made_folder_ = std::filesystem::create_directories(folder_, error);
  if (error) throw unusable("the folder cannot be made: " + error.message());
  if (!std::filesystem::is_directory(folder_)) throw unusable("this is not a folder");
  const std::filesystem::path probe = temporary("probe");
  if (!std::ofstream(probe)) throw unusable("no file can be made in this folder");
  std::filesystem::remove(probe, error);
}

OutputDirectory::~OutputDirectory() {
  if (is_committed_) return;
  remove_all();
}

// The process number keeps two runs into one folder apart.
std::filesystem::path OutputDirectory::temporary(const std::string& name) const {
  return folder_ / ("." + name + "." + std::to_string(::getpid()) + ".tmp");
}

std::ofstream OutputDirectory::open(const std::string& name) {
  if (!held_) held_.emplace();
  names_.push_back(name);
  std::ofstream file(temporary(name), std::ios::binary | std::ios::trunc);
  if (!file) throw cannot_write(folder_ / name);
  return file;
}

void OutputDirectory::close(std::ofstream& file, const std::string& name) const {
  file.close();
  if (!file) throw cannot_write(folder_ / name);
  held_->throw_if_waiting();
}

void OutputDirectory::commit() {
  std::error_code error;
  // An older last file would vouch for a half-renamed set.
  if (!names_.empty()) std::filesystem::remove(folder_ / names_.back(), error);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    std::filesystem::rename(temporary(names_[i]), folder_ / names_[i], error);
    if (!error) continue;
    for (std::size_t done = 0; done < i; ++done) {
      std::error_code ignored;
      std::filesystem::remove(folder_ / names_[done], ignored);
    }
    throw cannot_write(folder_ / names_[i]);
  }
  remove_older_traces();
  is_committed_ = true;
}

// An earlier run may have had other patterns: its traces do not belong to this result. Nothing else is
// touched.
void OutputDirectory::remove_older_traces() const {
  std::error_code ignored;
  for (const Pattern& pattern : all_patterns()) {
    const std::string name = trace_file_name(pattern.kind);
    if (std::find(names_.begin(), names_.end(), name) == names_.end())
      std::filesystem::remove(folder_ / name, ignored);
  }
}

void OutputDirectory::remove_all() noexcept {
  std::error_code ignored;
  for (const std::string& name : names_) std::filesystem::remove(temporary(name), ignored);
  if (made_folder_) std::filesystem::remove(folder_, ignored);
}

HeldSignals::HeldSignals() {
  const sigset_t set = interrupts();
  sigprocmask(SIG_BLOCK, &set, nullptr);
}

HeldSignals::~HeldSignals() {
  const sigset_t set = interrupts();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void HeldSignals::throw_if_waiting() const {
  const sigset_t set = interrupts();
  const timespec at_once{};
  if (sigtimedwait(&set, nullptr, &at_once) > 0)
    throw Error(Error::Kind::interrupted, {{"", "interrupted while writing --out", "no files were left"}});
}

}  // namespace epsim
