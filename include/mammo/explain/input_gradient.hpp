#pragma once

#include "mammo/explain/score.hpp"

namespace mammo::explain {

/// How much the score would change with each pixel: at each place the largest |d score / d x| of the channels
/// (Simonyan et al., "Deep inside convolutional networks", ICLR workshop 2014, section 3.1). In units of the
/// score per unit of the input; never negative.
Tensor input_gradient(const Score& score, const Tensor& x);

} // namespace mammo::explain
