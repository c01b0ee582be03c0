#include "platforms/system/process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

#include "platforms/error.hpp"
#include "platforms/system/signals.hpp"

namespace epsim {
namespace {

Error no_process(const char* what) {
  return simulation_error("", fmt::format("cannot start a process: {}: {}", what, std::strerror(errno)),
                          "end other programs or lower --jobs");
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  // One that is ignored, as nohup does with SIGHUP, would be queued once it is blocked.
  for (const int signal : interrupting_signals) {
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

void become(const std::string& program, const std::vector<std::string>& arguments, std::string_view input) {
  const auto fail = [&] {
    throw simulation_error(program, fmt::format("cannot be run: {}", std::strerror(errno)), "");
  };
  const int file = memfd_create("input", 0);  // in memory: nothing to clean up after us
  if (file < 0) fail();
  while (!input.empty()) {
    const ssize_t written = write(file, input.data(), input.size());
    if (written < 0) fail();
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  if (lseek(file, 0, SEEK_SET) < 0 || dup2(file, STDIN_FILENO) < 0) fail();
  close(file);
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  flush_outputs();
  execv(program.c_str(), argv.data());
  fail();
  std::abort();
}

int this_process() {
  return getpid();
}

std::int64_t start_of(std::int64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  constexpr int start_time = 20;  // proc(5): field 22, counted from behind the name
  for (int i = 0; i < start_time; ++i) fields >> field;
  return std::stoll(field);
}

void flush_outputs() {
  std::fflush(nullptr);
  std::cout.flush();
  std::cerr.flush();
  std::clog.flush();
}

int fork_process() {
  flush_outputs();
  const int process = fork();
  if (process < 0) throw no_process("fork");
  return process;
}

void end_process(bool was_successful) {
  _exit(was_successful ? 0 : 1);
}

void kill_process(int process) {
  kill(process, SIGKILL);
}

ProcessEnd wait_for(int process) {
  ProcessEnd end;
  while (waitpid(process, &end.status, 0) < 0 && errno == EINTR) continue;
  return end;
}

void live_as_child_of(int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before the line above
  // Ctrl-C and batch systems signal parent and children alike: the parent decides, at every moment.
  for (const int signal : interrupting_signals) std::signal(signal, SIG_IGN);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action = {};
    const bool is_handled = sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN;
    if (is_handled && action.sa_handler != SIG_DFL) std::signal(signal, SIG_DFL);
  }
  for (const int signal : {SIGCHLD, SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(STDERR_FILENO, STDOUT_FILENO);
}

void wait_for_end_of_parent(int parent) {
  while (getppid() == parent) {
    const timespec moment = {0, 20'000};
    nanosleep(&moment, nullptr);
  }
}

void limit_address_space(Bytes bytes) {
  if (bytes <= 0) return;
  const rlimit limit = {static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  setrlimit(RLIMIT_AS, &limit);
}

bool ProcessEnd::was_successful() const {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int ProcessEnd::signal() const {
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int ProcessEnd::exit_status() const {
  return WEXITSTATUS(status);
}

CommandOutput output_of(const std::string& command) {
  CommandOutput output;
  FILE* stream = popen((command + " 2>&1").c_str(), "r");
  if (!stream) return output;
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, stream)) output.text.append(buffer, size);
  output.succeeded = pclose(stream) == 0;
  return output;
}

ChildWatch::ChildWatch() {
  const sigset_t watched = watched_signals();
  sigprocmask(SIG_BLOCK, &watched, &old_mask_);
  signals_ = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0) {
    const Error error = no_process("signalfd");
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    throw error;
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

ChildWatch::~ChildWatch() {
  close(signals_);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void ChildWatch::wait(int descriptor, std::chrono::milliseconds longest) {
  pollfd polled[] = {{descriptor, POLLIN, 0}, {signals_, POLLIN, 0}};
  poll(polled, 2, static_cast<int>(longest.count()));
  read_signals();
}

void ChildWatch::read_signals() {
  signalfd_siginfo info;
  while (read(signals_, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) interruption_ = static_cast<int>(info.ssi_signo);
}

std::map<int, ProcessEnd> ChildWatch::take_ended() const {
  std::map<int, ProcessEnd> ended;
  for (;;) {
    int status = 0;
    rusage usage = {};
    const pid_t process = wait4(-1, &status, WNOHANG, &usage);
    if (process <= 0) return ended;
    ended[process] = {status, static_cast<double>(usage.ru_maxrss) * 1024};
  }
}

bool ChildWatch::has_children() const {
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0;
}

}  // namespace epsim
