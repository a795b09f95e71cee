#include "backend/reference/reference.hpp"

namespace mammo::reference {

// Each input is copied into its slice of the output.
void compute(const Concat& op, Inputs inputs, Outputs outputs) {
  std::int64_t start = 0;
  for (const Tensor& input : inputs) {
    const std::int64_t stop = start + input.size(op.dim);
    outputs[0].slice(op.dim, start, stop).copy_from(input);
    start = stop;
  }
}

// The output is filled with `value`, then x is copied into its middle.
void compute(const Pad& op, Inputs inputs, Outputs outputs) {
  const Tensor& x = inputs[0];
  outputs[0].copy_from(Tensor::full(outputs[0].shape(), op.value, {.dtype = x.dtype()}));
  Tensor middle = outputs[0];
  for (int d = 0; d < x.rank(); ++d) middle = middle.slice(d, op.before[d], op.before[d] + x.size(d));
  middle.copy_from(x);
}

} // namespace mammo::reference
