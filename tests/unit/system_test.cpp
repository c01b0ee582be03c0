#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "platforms/system/channel.hpp"
#include "platforms/system/process.hpp"
#include "platforms/system/shared_memory.hpp"

using namespace epsim;

namespace {

/// Whether the work said so in a child that lives as the processes of a sweep do.
template <class Work>
bool in_child(Work&& work) {
  const int parent = this_process();
  const int child = fork_process();
  if (child == 0) {
    live_as_child_of(parent);
    end_process(work());
  }
  return wait_for(child).was_successful();
}

bool is_ignored(int signal) {
  struct sigaction action = {};
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

bool has_default(int signal) {
  struct sigaction action = {};
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_DFL;
}

}  // namespace

TEST_CASE("shared memory: a child's writing is seen, nothing is nothing, and moving leaves nothing behind") {
  SharedMemory memory(sizeof(int));
  auto* number = static_cast<int*>(memory.data());
  CHECK(*number == 0);
  CHECK(in_child([&] {
    *number = 7;
    return true;
  }));
  CHECK(*number == 7);
  const SharedMemory moved = std::move(memory);
  CHECK(moved.data() == number);
  CHECK(SharedMemory(0).data() == nullptr);
}

TEST_CASE("request pipe: what is written is read whole, and the end is seen when all writers have closed") {
  CHECK(!RequestPipe().is_open_for_writing());
  RequestPipe opened = RequestPipe::open();
  RequestPipe pipe = std::move(opened);
  CHECK(!opened.is_open_for_writing());
  const std::array<std::byte, 3> request = {std::byte{1}, std::byte{2}, std::byte{3}};
  pipe.write(request);
  std::array<std::byte, 3> found = {};
  CHECK(pipe.read(found));
  CHECK(found == request);
  CHECK(in_child([&] {  // its copy of the writing end does not keep the pipe open
    pipe.close_reading();
    return true;
  }));
  pipe.close_writing();
  CHECK(!pipe.is_open_for_writing());
  CHECK(!pipe.read(found));
}

TEST_CASE("message socket: whole messages from a child, in order, and nothing when none is waiting") {
  const MessageSocket socket;
  CHECK(!socket.receive());
  const std::string large(MessageSocket::largest_message, 'x');
  CHECK(in_child([&] { return socket.send("first") && socket.send(large); }));
  CHECK(socket.receive() == "first");
  CHECK(socket.receive() == large);
  CHECK(!socket.receive());
}

TEST_CASE("a child leaves signals that ask to stop to its parent, and keeps ignoring what is ignored") {
  const auto usr1 = std::signal(SIGUSR1, SIG_IGN);
  const auto usr2 = std::signal(SIGUSR2, [](int) {});
  CHECK(in_child([] {
    return is_ignored(SIGINT) && is_ignored(SIGTERM) && is_ignored(SIGHUP) && is_ignored(SIGQUIT) &&
           is_ignored(SIGUSR1) && has_default(SIGUSR2) && has_default(SIGPIPE) && has_default(SIGXFSZ);
  }));
  std::signal(SIGUSR1, usr1);
  std::signal(SIGUSR2, usr2);
}

TEST_CASE("a watched child is taken when it has ended, with how it ended") {
  ChildWatch watch;
  const MessageSocket socket;
  const int child = fork_process();
  if (child == 0) end_process(false);
  std::map<int, ProcessEnd> ended;
  while (ended.empty()) {
    watch.wait(socket.receiving_end(), std::chrono::milliseconds(1000));
    ended = watch.take_ended();
  }
  REQUIRE(ended.contains(child));
  CHECK(!ended[child].was_successful());
  CHECK(ended[child].exit_status() == 1);
  CHECK(ended[child].signal() == 0);
  CHECK(!watch.has_children());
  CHECK(watch.interruption() == 0);
}
