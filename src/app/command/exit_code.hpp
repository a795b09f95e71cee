#pragma once

namespace mammo::app {

enum class ExitCode {
  done = 0,    ///< all images
  partial = 1, ///< some failed
  nothing = 2, ///< bad usage, or nothing was done
};

} // namespace mammo::app
