#include "platforms/system/signals.hpp"

#include <cstring>

namespace epsim {

sigset_t interrupting_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : interrupting_signals) sigaddset(&set, signal);
  return set;
}

std::string signal_name(int signal) {
  return strsignal(signal);
}

void make_failed_writes_errors() {
  for (const int signal : {SIGXFSZ, SIGPIPE}) std::signal(signal, SIG_IGN);
}

HeldSignals::HeldSignals() {
  const sigset_t set = interrupting_set();
  sigprocmask(SIG_BLOCK, &set, &before_);
}

HeldSignals::~HeldSignals() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

KeptHandlers::KeptHandlers() {
  for (std::size_t i = 0; i < kept_.size(); ++i) handlers_[i] = std::signal(kept_[i], SIG_DFL);
}

KeptHandlers::~KeptHandlers() {
  for (std::size_t i = 0; i < kept_.size(); ++i) std::signal(kept_[i], handlers_[i]);
}

}  // namespace epsim
