#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace mammo {

enum class LogLevel : std::uint8_t { debug, info, warning };

/// Passes a line to the sink; without one, warnings go to standard error and the rest nowhere.
void log(LogLevel level, const std::string& line);

/// Replaces the sink; an empty function restores the default. The sink may be called from any thread, one at
/// a time.
void set_log_sink(std::function<void(LogLevel, const std::string&)> sink);

} // namespace mammo
