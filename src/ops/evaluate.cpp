#include "mammo/ops/evaluate.hpp"

#include "mammo/backend/dispatch.hpp"
#include "mammo/ops/autograd.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo {
namespace {

using gradients::Differentiable;
using gradients::Kept;
using gradients::Recorded;
using gradients::Wanted;

template <class Op>
void check_wanted(const Op& op, const Wanted& wanted) {
  const auto possible = gradients::differentiable(op);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    require<TypeError>(!wanted[i] || possible.contains(i), Op::name, ": input ", i,
                       " requires gradients, but to this operation it is a constant; detach() it");
  }
}

// Kept tensors stand at their own places, inputs first; the others are undefined.
template <class Op>
Tensor recorded(const Op& op, std::span<const Tensor> inputs, std::span<const Tensor> outputs) {
  Wanted wanted;
  std::vector<Shape> shapes;
  for (const Tensor& input : inputs) {
    wanted.push_back(requires_grad(input));
    shapes.push_back(input.shape());
  }
  check_wanted(op, wanted);
  const Kept kept = gradients::keeps(op, wanted);
  Record record_of{
      .name = std::string(Op::name), .inputs = {inputs.begin(), inputs.end()}, .saved = {}, .gradient = {}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    record_of.saved.push_back(kept.inputs.contains(i) ? inputs[i] : Tensor());
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    record_of.saved.push_back(kept.outputs.contains(i) ? outputs[i] : Tensor());
  }
  record_of.gradient = [op, wanted = std::move(wanted), shapes = std::move(shapes),
                        count = outputs.size()](const GradientContext& context) {
    const auto saved = context.saved();
    return gradients::gradient(
        op, {saved.first(saved.size() - count), saved.last(count), shapes, context.gradient(), wanted});
  };
  return record(outputs[0], std::move(record_of));
}

} // namespace

std::vector<Tensor> evaluate(const Operation& operation, std::span<const Tensor> inputs) {
  std::vector<Tensor> outputs = dispatch(operation, inputs);
  if (!is_recording(inputs)) return outputs;
  std::visit(
      [&]<class Op>(const Op& op) {
        if constexpr (Differentiable<Op>) outputs[0] = recorded(op, inputs, outputs);
      },
      operation);
  return outputs;
}

Tensor evaluate_one(const Operation& operation, std::span<const Tensor> inputs) {
  return std::move(evaluate(operation, inputs).front());
}

bool has_gradient(const Operation& operation) {
  return std::visit([]<class Op>(const Op&) { return Differentiable<Op>; }, operation);
}

bool has_gradient(const Operation& operation, std::size_t input) {
  return std::visit(
      [&]<class Op>(const Op& op) {
        if constexpr (Differentiable<Op>) {
          return gradients::differentiable(op).contains(input);
        } else {
          return false;
        }
      },
      operation);
}

} // namespace mammo
