#include "app/command/interrupt.hpp"

#include <csignal>
#include <cstdlib>

namespace mammo::app {
namespace {

volatile std::sig_atomic_t signal_received = 0;

void remember(int signal) {
  signal_received = signal;
}

} // namespace

InterruptWatch::InterruptWatch() {
  struct sigaction action{};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

InterruptWatch::~InterruptWatch() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

int InterruptWatch::received() {
  return signal_received;
}

void InterruptWatch::end_by(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::abort();
}

} // namespace mammo::app
