// The signals by which users and batch systems ask a program to stop.
#pragma once

#include <array>
#include <csignal>

namespace epsim {

inline constexpr std::array interrupting_signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/// Ready for sigprocmask.
inline sigset_t interrupting_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : interrupting_signals) sigaddset(&set, signal);
  return set;
}

}  // namespace epsim
