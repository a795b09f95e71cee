#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

#include <algorithm>
#include <concepts>
#include <span>

/// The plain meaning of every operation: one `compute` for each, written to be read. Inputs have been checked
/// by infer_outputs and are dense row-major tensors; outputs are dense row-major and uninitialised. Elements
/// are f32 or f64, sums are in f64 whatever the elements are.
namespace mammo::reference {

using Inputs = std::span<const Tensor>;
using Outputs = std::span<Tensor>;

void compute(const Conv2d& op, Inputs inputs, Outputs outputs);
void compute(const BatchNorm& op, Inputs inputs, Outputs outputs);
void compute(const Pool2d& op, Inputs inputs, Outputs outputs);
void compute(const AdaptivePool2d& op, Inputs inputs, Outputs outputs);
void compute(const Interpolate2d& op, Inputs inputs, Outputs outputs);
void compute(const Linear& op, Inputs inputs, Outputs outputs);
/// Any dtype.
void compute(const Concat& op, Inputs inputs, Outputs outputs);
/// Any dtype; `value` is converted to it as Tensor::to does.
void compute(const Pad& op, Inputs inputs, Outputs outputs);
void compute(const Unary& op, Inputs inputs, Outputs outputs);
void compute(const Binary& op, Inputs inputs, Outputs outputs);
void compute(const Reduce& op, Inputs inputs, Outputs outputs);
void compute(const Softmax& op, Inputs inputs, Outputs outputs);
void compute(const TopK& op, Inputs inputs, Outputs outputs);
void compute(const BoxDecode& op, Inputs inputs, Outputs outputs);
void compute(const Nms& op, Inputs inputs, Outputs outputs);

void compute(const BatchNormTraining& op, Inputs inputs, Outputs outputs);
void compute(const BatchNormGradient& op, Inputs inputs, Outputs outputs);
void compute(const GroupNorm& op, Inputs inputs, Outputs outputs);
void compute(const GroupNormGradient& op, Inputs inputs, Outputs outputs);
void compute(const LayerNorm& op, Inputs inputs, Outputs outputs);
void compute(const LayerNormGradient& op, Inputs inputs, Outputs outputs);
void compute(const SoftmaxGradient& op, Inputs inputs, Outputs outputs);
void compute(const Pool2dGradient& op, Inputs inputs, Outputs outputs);
void compute(const AdaptivePool2dGradient& op, Inputs inputs, Outputs outputs);
void compute(const Interpolate2dGradient& op, Inputs inputs, Outputs outputs);
void compute(const UnaryGradient& op, Inputs inputs, Outputs outputs);
void compute(const ExtremeGradient& op, Inputs inputs, Outputs outputs);
void compute(const Dropout& op, Inputs inputs, Outputs outputs);
void compute(const ReduceGradient& op, Inputs inputs, Outputs outputs);
void compute(const ArgMax& op, Inputs inputs, Outputs outputs);
void compute(const Gather& op, Inputs inputs, Outputs outputs);
void compute(const ScatterAdd& op, Inputs inputs, Outputs outputs);
void compute(const Embedding& op, Inputs inputs, Outputs outputs);
void compute(const EmbeddingGradient& op, Inputs inputs, Outputs outputs);
void compute(const BoxDecodeGradient& op, Inputs inputs, Outputs outputs);
void compute(const PointwiseLoss& op, Inputs inputs, Outputs outputs);
void compute(const PointwiseLossGradient& op, Inputs inputs, Outputs outputs);
void compute(const CrossEntropy& op, Inputs inputs, Outputs outputs);
void compute(const CrossEntropyGradient& op, Inputs inputs, Outputs outputs);
void compute(const SgdStep& op, Inputs inputs, Outputs outputs);
void compute(const AdamStep& op, Inputs inputs, Outputs outputs);
void compute(const AverageStep& op, Inputs inputs, Outputs outputs);
void compute(const ConvTranspose2d& op, Inputs inputs, Outputs outputs);
void compute(const ConvWeightGradient& op, Inputs inputs, Outputs outputs);
void compute(const MatMul& op, Inputs inputs, Outputs outputs);

/// Calls `f.template operator()<T>()` with the C++ type of an f32 or f64 tensor.
template <class F>
void visit_real(DType dtype, F f) {
  if (dtype == DType::f64) {
    f.template operator()<double>();
  } else {
    f.template operator()<float>();
  }
}

/// NaN stays NaN.
inline double activate(Activation activation, double value) {
  return activation == Activation::relu && value < 0 ? 0 : value;
}

/// The larger of two, NaN where either is.
inline double larger(double a, double b) {
  return a > b || a != a ? a : b;
}

/// The smaller of two, NaN where either is.
inline double smaller(double a, double b) {
  return a < b || a != a ? a : b;
}

/// Goes on to the next index of a shape in row-major order; false after the last.
inline bool advance(Dims& index, const Shape& shape) {
  for (int d = shape.rank() - 1; d >= 0; --d) {
    if (++index[d] < shape[d]) return true;
    index[d] = 0;
  }
  return false;
}

/// Where an index lies, in elements.
inline std::int64_t offset_of(const Dims& index, const Strides& strides) {
  std::int64_t offset = 0;
  for (int d = 0; d < index.rank(); ++d) offset += index[d] * strides[d];
  return offset;
}

} // namespace mammo::reference
