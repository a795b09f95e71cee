#pragma once

#include "mammo/pipeline/stream_engine.hpp"
#include "mammo/pipeline/stream_options.hpp"

#include <vector>

namespace mammo::pipeline::detail {

/// Threads of the budget as they are shared out.
struct Shares {
  int workers = 1;
  int threads = 1; // each worker's
  int leased = 1;  // together
};

/// Of what the calling thread may use. Throws ArgumentError on options out of range, and where stages lease
/// more than there is.
Shares share_out(const std::vector<StageTraits>& stages, const StreamOptions& options);

} // namespace mammo::pipeline::detail
