// Signals: those by which users and batch systems ask a program to stop, and who handles which for how long.
#pragma once

#include <array>
#include <csignal>
#include <string>

namespace epsim {

inline constexpr std::array interrupting_signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/// Ready for sigprocmask.
[[nodiscard]] sigset_t interrupting_set();

/// "Interrupt", "Terminated".
[[nodiscard]] std::string signal_name(int signal);

/// A limit on the size of files, and a pipe that nobody reads any more, become errors of writing.
void make_failed_writes_errors();

/// While it lives no signal that asks to stop comes between two operations that belong together.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

 private:
  sigset_t before_ = {};
};

/// Gives signals back, when it goes, to who had them when it came. For libraries that take over signals which
/// belong to the program that uses them.
class KeptHandlers {
 public:
  KeptHandlers();
  KeptHandlers(const KeptHandlers&) = delete;
  KeptHandlers& operator=(const KeptHandlers&) = delete;
  ~KeptHandlers();

 private:
  static constexpr std::array kept_ = {SIGINT, SIGSEGV, SIGBUS};
  std::array<void (*)(int), kept_.size()> handlers_ = {};
};

}  // namespace epsim
