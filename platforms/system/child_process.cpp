#include "platforms/system/child_process.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "platforms/system/process.hpp"
#include "platforms/system/signals.hpp"

namespace epsim {
namespace {

volatile std::sig_atomic_t interruption = 0;

/// Notes signals that ask to stop for as long as it lives. They stay blocked except where the parent waits,
/// so none slips in between looking and waiting. Signals that the process ignored stay ignored.
class InterruptionWatch {
 public:
  InterruptionWatch() {
    interruption = 0;
    const sigset_t watched = interrupting_set();
    sigprocmask(SIG_BLOCK, &watched, &old_mask_);
    for (std::size_t i = 0; i < interrupting_signals.size(); ++i)
      install(interrupting_signals[i], old_actions_[i]);
  }
  InterruptionWatch(const InterruptionWatch&) = delete;
  InterruptionWatch& operator=(const InterruptionWatch&) = delete;
  ~InterruptionWatch() {
    for (std::size_t i = 0; i < interrupting_signals.size(); ++i)
      sigaction(interrupting_signals[i], &old_actions_[i], nullptr);
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }

  [[nodiscard]] const sigset_t& mask_while_waiting() const { return old_mask_; }

 private:
  static void install(int signal, struct sigaction& old) {
    struct sigaction note = {};
    note.sa_handler = [](int number) { interruption = number; };
    sigemptyset(&note.sa_mask);
    sigaction(signal, nullptr, &old);
    if (old.sa_handler != SIG_IGN) sigaction(signal, &note, nullptr);
  }

  sigset_t old_mask_ = {};
  std::array<struct sigaction, interrupting_signals.size()> old_actions_ = {};
};

// A report is one letter, then for every problem its three texts, each behind its length. Both ends are the
// same program.
constexpr char succeeded = '+';
constexpr char first_error_kind = 'a';

void append_text(std::string& report, const std::string& text) {
  const std::uint64_t length = text.size();
  report.append(reinterpret_cast<const char*>(&length), sizeof length);
  report += text;
}

std::string take_text(const std::string& report, std::size_t& position) {
  std::uint64_t length = 0;
  std::memcpy(&length, report.data() + position, sizeof length);
  position += sizeof length + length;
  return report.substr(position - length, length);
}

std::string report_of(const Error& error) {
  std::string report(1, static_cast<char>(first_error_kind + static_cast<int>(error.kind())));
  for (const Problem& problem : error.problems())
    for (const std::string* text : {&problem.place, &problem.what, &problem.remedy})
      append_text(report, *text);
  return report;
}

Error error_of(const std::string& report, const std::string& label) {
  std::vector<Problem> problems;
  for (std::size_t position = 1; position < report.size();) {
    Problem problem;
    for (std::string* text : {&problem.place, &problem.what, &problem.remedy})
      *text = take_text(report, position);
    problem.place = problem.place.empty() ? label : label + ": " + problem.place;
    problems.push_back(std::move(problem));
  }
  return Error(static_cast<Error::Kind>(report.front() - first_error_kind), std::move(problems));
}

std::string run_and_report(const ChildTask& task) {
  try {
    task.run();
    return std::string(1, succeeded);
  } catch (const Error& error) {
    return report_of(error);
  } catch (const std::bad_alloc&) {
    return report_of(simulation_error("", "out of memory", "simulate less at once"));
  } catch (const std::exception& error) {
    return report_of(internal_error("", error.what()));
  } catch (...) {
    return report_of(internal_error("", "unknown exception"));
  }
}

[[noreturn]] void be_child(const ChildTask& task, int report_end, pid_t parent) {
  live_as_child_of(parent);
  const std::string report = run_and_report(task);
  std::fflush(nullptr);
  std::cout.flush();
  for (std::size_t sent = 0; sent < report.size();) {
    const ssize_t n = write(report_end, report.data() + sent, report.size() - sent);
    if (n < 0 && errno != EINTR) _exit(1);
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  _exit(0);
}

struct Child {
  const ChildTask* task = nullptr;
  pid_t pid = -1;
  int report_end = -1;
  std::string report;
};

/// The children that are alive. Whatever ends its life early kills and reaps them.
class Children {
 public:
  Children() = default;
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children() {
    for (const Child& child : alive_) kill_process(child.pid);
    for (Child& child : alive_) reap(child);
  }

  [[nodiscard]] std::size_t size() const { return alive_.size(); }
  void start(const ChildTask& task);
  /// Waits until a child reports or dies, a signal is noted or, if given, the time is over. Throws the error
  /// of a child that failed.
  void wait(const sigset_t& mask, const timespec* at_most);

 private:
  static ProcessEnd reap(Child& child);
  static bool read_some(Child& child);
  static void judge(const Child& child, ProcessEnd end);

  std::vector<Child> alive_;
};

void Children::start(const ChildTask& task) {
  int ends[2];
  if (pipe(ends) != 0)
    throw simulation_error(task.label, std::string("cannot open a pipe: ") + std::strerror(errno));
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    be_child(task, ends[1], parent);
  }
  const int fork_error = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    throw simulation_error(task.label, std::string("cannot start a process: ") + std::strerror(fork_error),
                           "end other programs or run fewer simulations at a time");
  }
  alive_.push_back({.task = &task, .pid = pid, .report_end = ends[0], .report = {}});
}

void Children::wait(const sigset_t& mask, const timespec* at_most) {
  std::vector<pollfd> polled;
  for (const Child& child : alive_) polled.push_back({child.report_end, POLLIN, 0});
  const int ready = ppoll(polled.data(), polled.size(), at_most, &mask);
  if (ready <= 0) return;  // a signal or the time: the caller looks
  for (std::size_t i = polled.size(); i-- > 0;) {
    if (polled[i].revents == 0 || read_some(alive_[i])) continue;
    Child ended = std::move(alive_[i]);
    alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(i));
    judge(ended, reap(ended));
  }
}

ProcessEnd Children::reap(Child& child) {
  close(child.report_end);
  return wait_for(child.pid);
}

/// False at the end of the report.
bool Children::read_some(Child& child) {
  char buffer[4096];
  const ssize_t n = read(child.report_end, buffer, sizeof buffer);
  if (n > 0) child.report.append(buffer, static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

std::string remedy_for(int signal) {
  if (signal == SIGKILL)
    return "most likely the machine ran out of memory: simulate fewer devices, or fewer patterns at a time";
  return "this is a fault in epsim or SimGrid: please report it with the scenario";
}

/// Of the program; other signals come from outside.
bool is_fault(int signal) {
  constexpr std::array faults = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP};
  return std::ranges::find(faults, signal) != faults.end();
}

void Children::judge(const Child& child, ProcessEnd end) {
  const std::string died = "simulation of " + child.task->label + " died: ";
  if (const int signal = end.signal(); signal != 0)
    throw Error(is_fault(signal) ? Error::Kind::internal : Error::Kind::simulation,
                {{"", died + "killed by signal " + std::to_string(signal) + " (" + signal_name(signal) + ")",
                  remedy_for(signal)}});
  if (child.report.empty() || !end.was_successful())
    throw Error(Error::Kind::internal,
                {{"", died + "exit status " + std::to_string(end.exit_status()) + " without a report",
                  remedy_for(0)}});
  if (child.report.front() != succeeded) throw error_of(child.report, child.task->label);
}

}  // namespace

void run_in_children(std::span<const ChildTask> tasks, int parallel, const std::function<void()>& tick) {
  constexpr timespec between_ticks = {.tv_sec = 0, .tv_nsec = 500'000'000};
  flush_outputs();
  const InterruptionWatch watch;
  Children children;
  const auto limit = at(std::max(parallel, 1));
  for (std::size_t next = 0; next < tasks.size() || children.size() > 0;) {
    while (next < tasks.size() && children.size() < limit) children.start(tasks[next++]);
    children.wait(watch.mask_while_waiting(), tick ? &between_ticks : nullptr);
    if (tick) tick();
    if (interruption != 0)
      throw Error(Error::Kind::interrupted, {{"", "interrupted (" + signal_name(interruption) + ")", ""}});
  }
}

}  // namespace epsim
