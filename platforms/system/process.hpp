// Processes: starting, limiting, ending and waiting for them. Call from single-threaded processes.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/units.hpp"

namespace epsim {

[[nodiscard]] int this_process();
/// When the process started, in clock ticks since boot: tells it from a later one of the same number. 0: it
/// is gone.
[[nodiscard]] std::int64_t start_of(std::int64_t process);

/// Before a fork: what is waiting to be written would be written twice.
void flush_outputs();
/// A child, which goes on from here with the result 0; what is waiting to be written is written before.
/// Throws Error (simulation) when the system gives no process.
[[nodiscard]] int fork_process();
/// Without handlers at exit; for children.
[[noreturn]] void end_process(bool was_successful);
/// At once.
void kill_process(int process);
/// In a child: it dies with `parent`, leaves it to decide about signals that ask to stop, and has none of its
/// other handlers (what is ignored stays so, except that failed writes end it); what it prints goes to
/// standard error.
void live_as_child_of(int parent);
/// In a child: until the process that started it has ended.
void wait_for_end_of_parent(int parent);
/// 0: no limit.
void limit_address_space(Bytes bytes);

/// How a process ended.
struct ProcessEnd {
  int status = 0;  ///< as waitpid(2) has it
  double memory_bytes = 0;

  [[nodiscard]] bool was_successful() const;
  /// The signal that ended it; 0: it ended by itself.
  [[nodiscard]] int signal() const;
  [[nodiscard]] int exit_status() const;
};

/// This process becomes the program, which reads `input` from its standard input. Throws Error (simulation)
/// where that cannot be.
[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments,
                         std::string_view input);

/// What a shell's command prints on both of its streams, and whether it succeeded.
struct CommandOutput {
  std::string text;
  bool succeeded = false;
};
[[nodiscard]] CommandOutput output_of(const std::string& command);

/// Waits until a child has ended; its memory is not told.
ProcessEnd wait_for(int process);

/// While it lives, signals that ask to stop are held and seen by `wait`, and children that are orphaned
/// become children of this process. One at a time.
class ChildWatch {
 public:
  /// Throws Error (simulation) when the system gives no descriptor.
  ChildWatch();
  ChildWatch(const ChildWatch&) = delete;
  ChildWatch& operator=(const ChildWatch&) = delete;
  ~ChildWatch();

  /// Until the descriptor can be read, a child has ended, a signal has come or the time is over.
  void wait(int descriptor, std::chrono::milliseconds longest);
  /// Children that have ended since, by number.
  [[nodiscard]] std::map<int, ProcessEnd> take_ended() const;
  [[nodiscard]] bool has_children() const;
  /// The signal that asks to stop; 0: none.
  [[nodiscard]] int interruption() const { return interruption_; }

 private:
  void read_signals();

  int signals_ = -1;
  sigset_t old_mask_ = {};
  int interruption_ = 0;
};

}  // namespace epsim
