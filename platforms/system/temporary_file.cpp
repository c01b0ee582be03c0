#include "platforms/system/temporary_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "platforms/indexing.hpp"
#include "platforms/system/signals.hpp"

namespace epsim {
namespace {

// A signal handler can neither allocate nor lock: what it has to remove stands in fixed places. Where they do
// not suffice a signal leaves something behind; the next ordinary end does not.
enum SlotState : int { is_free, is_being_written, names_file, names_folder };
struct Slot {
  std::atomic<int> state = is_free;
  std::array<char, PATH_MAX> path = {};
};
std::array<Slot, 64> slots;
std::atomic<pid_t> owner = 0;

int occupy(const std::filesystem::path& path, SlotState state) {
  if (path.native().size() >= PATH_MAX) return -1;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    int expected = is_free;
    if (!slots[i].state.compare_exchange_strong(expected, is_being_written)) continue;
    std::memcpy(slots[i].path.data(), path.c_str(), path.native().size() + 1);
    slots[i].state = state;
    return static_cast<int>(i);
  }
  return -1;
}

void say(std::string_view text) {
  static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
}

std::string_view word_for(int signal) {
  switch (signal) {
    case SIGINT:
      return "Interrupt";
    case SIGTERM:
      return "Terminated";
    case SIGHUP:
      return "Hangup";
    default:
      return "Quit";
  }
}

extern "C" void clean_up_and_exit(int signal) {
  constexpr int interrupted = 130;
  if (getpid() != owner) {
    std::signal(signal, SIG_DFL);
    raise(signal);
    return;
  }
  // From the newest: a folder after the files in it.
  for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) {
    if (slot->state == names_file) unlink(slot->path.data());
    if (slot->state == names_folder) rmdir(slot->path.data());
  }
  say("epsim: error: interrupted (");
  say(word_for(signal));
  say(")\n");
  _exit(interrupted);
}

/// Where a link points to, and so on.
std::filesystem::path behind_links(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real;
}

}  // namespace

void clean_up_when_interrupted() {
  owner = getpid();
  for (const int signal : interrupting_signals) {
    struct sigaction old = {};
    sigaction(signal, nullptr, &old);
    if (old.sa_handler == SIG_IGN) continue;
    struct sigaction clean_up = {};
    clean_up.sa_handler = clean_up_and_exit;
    clean_up.sa_mask = interrupting_set();
    sigaction(signal, &clean_up, nullptr);
  }
}

Unfinished::Unfinished(std::filesystem::path path, Kind kind)
    : path_(std::move(path)),
      kind_(kind),
      slot_(occupy(path_, kind == Kind::file ? names_file : names_folder)) {}

Unfinished::~Unfinished() {
  if (is_kept_) return;
  if (kind_ == Kind::file)
    unlink(path_.c_str());
  else
    rmdir(path_.c_str());
  keep();
}

void Unfinished::keep() {
  is_kept_ = true;
  if (slot_ >= 0) slots[at(slot_)].state = is_free;
  slot_ = -1;
}

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  return target.parent_path() / fmt::format(".{}.{}.tmp", target.filename().string(), getpid());
}

Error cannot_write(const std::filesystem::path& path, const std::string& remedy) {
  std::error_code error;
  const auto folder = path.has_parent_path() ? path.parent_path() : ".";
  const auto space = std::filesystem::space(folder, error);
  const bool is_full = !error && space.available < (1 << 20);
  return simulation_error(path.string(),
                          is_full ? "cannot be written: the disk is full" : "cannot be written", remedy);
}

void rename_if_new(const std::filesystem::path& file, const std::filesystem::path& name) {
  int renamed = renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE);
  const bool is_unknown = renamed != 0 && (errno == EINVAL || errno == ENOSYS);  // to NFS, for one
  if (is_unknown) renamed = link(file.c_str(), name.c_str());
  if (renamed != 0 && errno != EEXIST)
    throw simulation_error(name.string(), std::string("cannot be made: ") + std::strerror(errno));
}

OutputFile::OutputFile(const std::filesystem::path& target, const std::string& option,
                       const std::filesystem::path& input)
    : target_(behind_links(target)), temporary_(temporary_name(target_), Unfinished::Kind::file) {
  const auto refuse = [&](const std::string& why) {
    throw input_error(option, target.string() + " " + why,
                      "give another file with " + option + ", or leave it out");
  };
  std::error_code error;
  if (std::filesystem::equivalent(target_, input, error)) refuse("is what is to be read");
  if (std::filesystem::exists(target_, error) && !std::filesystem::is_regular_file(target_, error))
    refuse("is not a regular file");
  if (std::filesystem::exists(target_, error) && access(target_.c_str(), W_OK) != 0)
    refuse("cannot be written");
  stream_.open(temporary_.path(), std::ios::binary | std::ios::trunc);
  if (!stream_) refuse("cannot be written");
}

void OutputFile::commit() {
  stream_.close();
  if (!stream_) throw cannot_write(target_, "nothing was changed");
  std::error_code error;
  if (const auto before = std::filesystem::status(target_, error); std::filesystem::exists(before))
    std::filesystem::permissions(temporary_.path(), before.permissions(), error);
  std::filesystem::rename(temporary_.path(), target_, error);
  if (error) throw cannot_write(target_, "nothing was changed");
  temporary_.keep();
}

}  // namespace epsim
