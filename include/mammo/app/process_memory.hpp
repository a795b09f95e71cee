#pragma once

#include <cstddef>

namespace mammo::app {

/// The largest resident size that this process has had, in bytes; 0 where the system does not say.
std::size_t peak_process_bytes();

} // namespace mammo::app
