#pragma once

namespace mammo::app {

/// While it lives, the first SIGINT or SIGTERM asks for an orderly end; a second one ends the process at
/// once.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  /// The signal that came, or 0.
  static int received();
  /// Ends the process by that signal, so that whoever started it sees why it ended.
  [[noreturn]] static void end_by(int signal);
};

} // namespace mammo::app
