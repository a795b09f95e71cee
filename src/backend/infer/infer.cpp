#include "backend/infer/checker.hpp"

namespace mammo {

std::vector<TensorSpec> infer_outputs(const Operation& operation, const std::vector<TensorSpec>& inputs) {
  for (const TensorSpec& input : inputs) {
    if (input.defined) storage_numel(input.shape, input.layout);
  }
  const infer::Checker check(name(operation), inputs);
  return std::visit([&](const auto& op) { return infer::outputs_of(op, check); }, operation);
}

} // namespace mammo
