#include "mammo/core/log.hpp"

#include <cstdio>
#include <mutex>

namespace mammo {
namespace {

std::mutex sink_mutex;
std::function<void(LogLevel, const std::string&)> current_sink;

} // namespace

void log(LogLevel level, const std::string& line) {
  const std::scoped_lock lock(sink_mutex);
  if (current_sink) {
    current_sink(level, line);
  } else if (level == LogLevel::warning) {
    std::fprintf(stderr, "mammo: %s\n", line.c_str());
  }
}

void set_log_sink(std::function<void(LogLevel, const std::string&)> sink) {
  const std::scoped_lock lock(sink_mutex);
  current_sink = std::move(sink);
}

} // namespace mammo
