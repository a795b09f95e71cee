#pragma once

#include "mammo/backend/vocabulary/common.hpp"
#include "mammo/explain/score.hpp"

namespace mammo::explain {

struct OcclusionOptions {
  Size2d window = 32; ///< pixels
  Size2d stride = 16; ///< from one window to the next, at most; they are spread evenly
  double value = 0;   ///< what a covered pixel becomes

  bool operator==(const OcclusionOptions&) const = default;
};

/// How much the score falls when a window of the input is covered, each pixel with the mean over the windows
/// that lay on it (Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014,
/// section 4.2). In units of the score; negative where it rises. Needs no gradients, and runs the network
/// once for every window and once more. Throws ArgumentError unless 1 <= stride <= window <= input.
Tensor occlusion(const Score& score, const Tensor& x, const OcclusionOptions& options = {});

} // namespace mammo::explain
