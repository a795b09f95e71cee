#include "mammo/explain/input_gradient.hpp"

#include "explain/checked.hpp"

namespace mammo::explain {

Tensor input_gradient(const Score& score, const Tensor& x) {
  const char* method = "input_gradient";
  return largest_magnitude(gradient_at(score, checked_input(x, method), method));
}

} // namespace mammo::explain
