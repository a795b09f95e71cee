#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace mammo::app {

/// Lines for people, and one progress bar below them: on standard error, and only where that is a terminal.
class Console {
 public:
  /// A bar is shown from two images on.
  explicit Console(std::size_t images);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Names the image at hand.
  void started(std::string_view name);
  void ended();

  /// One line each; what would break it is escaped.
  void print(std::string_view line);
  void complain(std::string_view line);

 private:
  void clear_bar();
  void draw_bar();

  std::mutex mutex_;
  std::size_t images_;
  std::size_t done_ = 0;
  std::string current_;
  bool shown_;
};

} // namespace mammo::app
