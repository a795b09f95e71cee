#pragma once

#include "kernels/cpu/vector_kernels.hpp"
#include "mammo/backend/backend.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace mammo::cpu {

/// The loops for the widest instructions allowed here.
const kernels::VectorKernels& vector_kernels();

/// Elements that a thread is worth waking for.
inline constexpr std::int64_t elementwise_grain = 32768;

/// A plan that calls `compute(inputs, outputs)`.
template <class Compute>
class FunctionPlan final : public Plan {
 public:
  FunctionPlan(std::vector<TensorSpec> outputs, Compute compute)
      : outputs_(std::move(outputs)), compute_(std::move(compute)) {}

  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte*) const override {
    compute_(inputs, outputs);
  }

 private:
  std::vector<TensorSpec> outputs_;
  Compute compute_;
};

using PlanPointer = std::shared_ptr<const Plan>;

template <class Compute>
PlanPointer make_plan(std::vector<TensorSpec> outputs, Compute compute) {
  return std::make_shared<FunctionPlan<Compute>>(std::move(outputs), std::move(compute));
}

/// A plan that calls `compute(inputs, outputs, workspace)` with `bytes` of workspace.
template <class Compute>
class WorkspacePlan final : public Plan {
 public:
  WorkspacePlan(std::vector<TensorSpec> outputs, std::size_t bytes, Compute compute)
      : outputs_(std::move(outputs)), bytes_(bytes), compute_(std::move(compute)) {}

  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::size_t workspace_bytes() const override { return bytes_; }
  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte* workspace) const override {
    compute_(inputs, outputs, workspace);
  }

 private:
  std::vector<TensorSpec> outputs_;
  std::size_t bytes_;
  Compute compute_;
};

template <class Compute>
PlanPointer make_plan(std::vector<TensorSpec> outputs, std::size_t bytes, Compute compute) {
  return std::make_shared<WorkspacePlan<Compute>>(std::move(outputs), bytes, std::move(compute));
}

/// A picture tensor as its layout stores it: planes of height x width pixels of `lanes` neighbouring floats.
struct Planes {
  std::int64_t count;
  std::int64_t height;
  std::int64_t width;
  std::int64_t lanes;

  Planes(const Shape& shape, Layout layout);
};

/// Calls body(plane, first lane, lanes) for parts of planes that together cover all of them: few lanes of one
/// plane each, so that threads have enough to share. `cost` is the work on one plane, in elements.
template <class Body>
void for_each_plane_part(const Planes& planes, std::int64_t cost, const Body& body) {
  constexpr std::int64_t most_lanes = 64;
  const std::int64_t parts = (planes.lanes + most_lanes - 1) / most_lanes;
  parallel_for(0, planes.count * parts, elementwise_grain * parts / cost + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const std::int64_t lane = i % parts * most_lanes;
                   body(i / parts, lane, std::min(most_lanes, planes.lanes - lane));
                 }
               });
}

/// Sets the padding of the last block to zero, where there is any: for results of functions that do not keep
/// 0.
void clear_padding(float* elements, const Shape& shape, Layout layout);

/// The largest or smallest (`kind`) of n values and `so_far`; NaN where there is one.
float extreme(kernels::Combination kind, const float* x, std::int64_t n, float so_far);

// Plans for one kind of operation each, or null. `outputs` are those of infer_outputs; all inputs are f32,
// but for indices, seeds and settings, and nothing is empty.
PlanPointer plan(const Unary& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Binary& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Interpolate2d& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const AdaptivePool2d& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Concat& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Pad& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Reduce& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const TopK& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const BoxDecode& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Nms& op, const Signature& signature, std::vector<TensorSpec> outputs);

PlanPointer plan(const BatchNormTraining& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const BatchNormGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const GroupNorm& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const GroupNormGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const LayerNorm& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const LayerNormGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Softmax& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const SoftmaxGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Pool2dGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const AdaptivePool2dGradient& op, const Signature& signature,
                 std::vector<TensorSpec> outputs);
PlanPointer plan(const Interpolate2dGradient& op, const Signature& signature,
                 std::vector<TensorSpec> outputs);
PlanPointer plan(const UnaryGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const ExtremeGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Dropout& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const ReduceGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const ArgMax& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Gather& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const ScatterAdd& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Embedding& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const EmbeddingGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const BoxDecodeGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const PointwiseLoss& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const PointwiseLossGradient& op, const Signature& signature,
                 std::vector<TensorSpec> outputs);
PlanPointer plan(const CrossEntropy& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const CrossEntropyGradient& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const SgdStep& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const AdamStep& op, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const AverageStep& op, const Signature& signature, std::vector<TensorSpec> outputs);

/// Sums of the channels of a picture, [N, C] or, `of_batch`, [C], over `divisor`.
PlanPointer plan_channel_sums(const TensorSpec& x, bool of_batch, double divisor,
                              std::vector<TensorSpec> outputs);

} // namespace mammo::cpu
