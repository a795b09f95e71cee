#include "app/command/console.hpp"

#include "mammo/app/printable.hpp"

#include <iostream>

#include <unistd.h>

namespace mammo::app {

Console::Console(std::size_t images) : images_(images), shown_(images > 1 && ::isatty(STDERR_FILENO) == 1) {}

Console::~Console() {
  clear_bar();
}

void Console::started(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  current_ = printable(name);
  draw_bar();
}

void Console::ended() {
  const std::scoped_lock lock(mutex_);
  ++done_;
  draw_bar();
}

void Console::print(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  clear_bar();
  std::cout << printable(line) << std::endl;
  draw_bar();
}

void Console::complain(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  clear_bar();
  std::cerr << printable(line) << std::endl;
  draw_bar();
}

void Console::clear_bar() {
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
}

void Console::draw_bar() {
  if (!shown_) return;
  constexpr std::size_t cells = 24;
  constexpr std::size_t name_room = 40;
  const std::size_t filled = cells * done_ / images_;
  std::cerr << "\r\x1b[K[" << std::string(filled, '#') << std::string(cells - filled, '.') << "] " << done_
            << '/' << images_ << ' ';
  // A long path's end says more than its start, and a line that wraps could not be cleared.
  if (current_.size() <= name_room) {
    std::cerr << current_;
  } else {
    std::size_t from = current_.size() - name_room;
    while ((static_cast<unsigned char>(current_[from]) & 0xC0U) == 0x80U) ++from; // not inside a character
    std::cerr << "..." << current_.substr(from);
  }
  std::cerr << std::flush;
}

} // namespace mammo::app
