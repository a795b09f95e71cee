#pragma once

#include "mammo/core/tensor.hpp"

#include <functional>
#include <vector>

namespace mammo::test {

// A function of tensors, evaluated on the tape.
using Function = std::function<Tensor(const std::vector<Tensor>&)>;

// Compares the tape's gradients of a function, summed with weights by formula, with central differences in
// f64 on reference, at up to 10 places of each input named in `places`. Returns the largest difference, in
// parts of the gradient's largest magnitude (of 1 where that is smaller).
double gradient_error(const Function& f, const std::vector<Tensor>& inputs,
                      const std::vector<std::size_t>& places);

// The tape's gradients of the same sum by every input named, in the inputs' dtype, on the backend chosen by
// the calling scope.
std::vector<Tensor> gradients_of(const Function& f, const std::vector<Tensor>& inputs,
                                 const std::vector<std::size_t>& places);

} // namespace mammo::test
