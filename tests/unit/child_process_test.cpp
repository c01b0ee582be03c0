#include "platforms/system/child_process.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "platforms/error.hpp"

namespace epsim {
namespace {

/// Counters that children and parent share, all zero.
struct Shared {
  std::atomic<int> started = 0;
  std::atomic<int> running = 0;
  std::atomic<int> most_running = 0;
  std::atomic<pid_t> pid = 0;
};

class SharedMemory {
 public:
  SharedMemory() {
    void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    shared_ = new (memory) Shared;
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { munmap(shared_, sizeof(Shared)); }
  Shared* operator->() { return shared_; }

 private:
  Shared* shared_ = nullptr;
};

[[noreturn]] void hang() {
  while (true) pause();
}

void sleep_milliseconds(int milliseconds) {
  usleep(static_cast<useconds_t>(milliseconds) * 1000);
}

/// The error of running the tasks two at a time; fails the test if there is none.
Error error_of(const std::vector<ChildTask>& tasks) {
  try {
    run_in_children(tasks, 2);
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return simulation_error("", "");
}

void check_no_children_left() {
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

}  // namespace

TEST_CASE("all tasks run and at most `parallel` at a time") {
  SharedMemory shared;
  const ChildTask task{"count", [&] {
                         ++shared->started;
                         const int now = ++shared->running;
                         int most = shared->most_running;
                         while (now > most && !shared->most_running.compare_exchange_weak(most, now))
                           continue;
                         sleep_milliseconds(30);
                         --shared->running;
                       }};
  run_in_children(std::vector<ChildTask>(7, task), 3);
  CHECK(shared->started == 7);
  CHECK(shared->most_running <= 3);
  CHECK(shared->most_running >= 2);
  check_no_children_left();
}

TEST_CASE("a tick comes about twice a second while children run") {
  int ticks = 0;
  const ChildTask task{"sleeper", [] { usleep(1'300'000); }};
  run_in_children({&task, 1}, 1, [&] { ++ticks; });
  CHECK(ticks >= 2);
  CHECK(ticks <= 4);  // and one at the end
}

TEST_CASE("no tasks need no children") {
  CHECK_NOTHROW(run_in_children({}, 2));
}

TEST_CASE("an error comes back with its kind and all its texts behind the label") {
  const std::string long_text(100'000, 'x');  // more than a pipe holds
  const Error error = error_of(
      {{"ring", [&] {
          throw Error(Error::Kind::input, {{"step 3", "is; odd: really", "mend it"}, {"", long_text, ""}});
        }}});
  CHECK(error.kind() == Error::Kind::input);
  REQUIRE(error.problems().size() == 2);
  CHECK(error.problems()[0].place == "ring: step 3");
  CHECK(error.problems()[0].what == "is; odd: really");
  CHECK(error.problems()[0].remedy == "mend it");
  CHECK(error.problems()[1].place == "ring");
  CHECK(error.problems()[1].what == long_text);
  CHECK(error.problems()[1].remedy.empty());
}

TEST_CASE("other exceptions become internal errors") {
  const Error error = error_of({{"ring", [] { throw std::runtime_error("odd"); }}});
  CHECK(error.kind() == Error::Kind::internal);
  CHECK(std::string(error.what()).starts_with("ring: internal error: odd; please report this"));
}

TEST_CASE("a child that dies names its label and how it died") {
  const Error killed = error_of({{"deepseek ring", [] { raise(SIGKILL); }}});
  CHECK(killed.kind() == Error::Kind::simulation);
  CHECK(killed.problems()[0].what == "simulation of deepseek ring died: killed by signal 9 (Killed)");
  CHECK(killed.problems()[0].remedy.find("memory") != std::string::npos);

  const Error aborted = error_of({{"ring", [] { std::abort(); }}});
  CHECK(aborted.kind() == Error::Kind::internal);
  CHECK(aborted.problems()[0].what == "simulation of ring died: killed by signal 6 (Aborted)");
  CHECK(aborted.problems()[0].remedy.find("report it") != std::string::npos);

  const Error left = error_of({{"ring", [] { _exit(0); }}});
  CHECK(left.problems()[0].what == "simulation of ring died: exit status 0 without a report");
}

TEST_CASE("a failing child stops and reaps the others and those not begun stay so") {
  SharedMemory shared;
  const Error error = error_of({{"hangs",
                                 [&] {
                                   shared->pid = getpid();
                                   ++shared->started;
                                   hang();
                                 }},
                                {"fails",
                                 [&] {
                                   while (shared->started == 0) sleep_milliseconds(1);
                                   throw simulation_error("", "wrong");
                                 }},
                                {"never begins", [&] { ++shared->started; }}});
  CHECK(std::string(error.what()) == "fails: wrong");
  CHECK(shared->started == 1);
  CHECK(kill(shared->pid, 0) == -1);
  CHECK(errno == ESRCH);
  check_no_children_left();
}

TEST_CASE("signals that ask to stop end the children and are handled during the call only") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    SharedMemory shared;
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    const pid_t parent = getpid();
    const Error error = error_of({{"hangs", hang}, {"interrupts", [&] {
                                                      kill(parent, signal);
                                                      hang();
                                                    }}});
    CHECK(error.kind() == Error::Kind::interrupted);
    struct sigaction after = {};
    sigaction(signal, nullptr, &after);
    CHECK((after.sa_handler == before.sa_handler));
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, nullptr, &blocked);
    CHECK(sigismember(&blocked, signal) == 0);
    check_no_children_left();
  }
}

TEST_CASE("a signal to the whole group counts as an interruption and not as a child's death") {
  for (int i = 0; i < 20; ++i) {
    const pid_t parent = getpid();
    const Error error = error_of({{"interrupts", [&] {
                                     kill(getpid(), SIGTERM);
                                     kill(getpid(), SIGINT);
                                     kill(parent, SIGTERM);
                                     hang();
                                   }}});
    CHECK(error.kind() == Error::Kind::interrupted);
  }
}

TEST_CASE("a child dies with its parent") {
  SharedMemory shared;
  const pid_t parent = fork();
  if (parent == 0) {
    std::signal(SIGTERM, SIG_DFL);
    run_in_children(std::vector<ChildTask>{{"hangs",
                                            [&] {
                                              shared->pid = getpid();
                                              hang();
                                            }}},
                    1);
    _exit(0);
  }
  while (shared->pid == 0) sleep_milliseconds(1);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  // The orphan is reaped by init, which may not do so here: being dead (a zombie) is enough.
  const auto state = [&] {
    const std::string path = "/proc/" + std::to_string(shared->pid) + "/stat";
    std::FILE* file = std::fopen(path.c_str(), "r");
    if (file == nullptr) return 'X';
    char letter = '?';
    if (std::fscanf(file, "%*d %*s %c", &letter) != 1) letter = 'X';
    std::fclose(file);
    return letter;
  };
  for (int i = 0; i < 2000 && state() != 'X' && state() != 'Z'; ++i) sleep_milliseconds(1);
  CHECK((state() == 'X' || state() == 'Z'));
}

TEST_CASE("a child adds nothing to standard output") {
  std::FILE* captured = std::tmpfile();
  REQUIRE(captured != nullptr);
  std::fflush(stdout);
  const int saved_output = dup(STDOUT_FILENO);
  const int saved_errors = dup(STDERR_FILENO);
  std::FILE* errors = std::tmpfile();
  dup2(fileno(captured), STDOUT_FILENO);
  dup2(fileno(errors), STDERR_FILENO);
  std::fputs("parent", stdout);  // still in the buffer when the child is made
  run_in_children(std::vector<ChildTask>{{"prints", [] { std::puts("child"); }}}, 1);
  std::fflush(stdout);
  dup2(saved_output, STDOUT_FILENO);
  dup2(saved_errors, STDERR_FILENO);
  close(saved_output);
  close(saved_errors);
  const auto text_of = [](std::FILE* file) {
    std::rewind(file);
    char buffer[100] = {};
    const std::size_t n = std::fread(buffer, 1, sizeof buffer, file);
    std::fclose(file);
    return std::string(buffer, n);
  };
  CHECK(text_of(captured) == "parent");
  CHECK(text_of(errors) == "child\n");
}

}  // namespace epsim
