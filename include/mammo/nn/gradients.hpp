#pragma once

#include "mammo/nn/module.hpp"

namespace mammo::nn {

// What is done with the gradients that a module's parameters have gathered, between `backward` and the
// optimiser's step.

/// Forgets them. `backward` adds to what is there, so that without this several batches make one gradient.
void clear_gradients(Module& module);

/// Multiplies them: by 1 / n, the sum over n batches becomes their mean.
void scale_gradients(Module& module, double factor);

/// The Euclidean norm of all gradients taken as one vector, summed in f64: the same bits whatever the number
/// of threads. 0 where there are none.
double gradient_norm(const Module& module);

/// Where that norm is above `limit`, scales the gradients by limit / (norm + 1e-6), as PyTorch does (Pascanu
/// et al. 2013). Returns the norm before. One that is not finite leaves the gradients as they are: do not
/// take the step.
double clip_gradient_norm(Module& module, double limit);

/// Brings every element into -limit .. limit. NaN stays.
void clip_gradient_values(Module& module, double limit);

} // namespace mammo::nn
