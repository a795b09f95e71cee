#pragma once

#include "mammo/backend/vocabulary/arrange.hpp"
#include "mammo/backend/vocabulary/boxes.hpp"
#include "mammo/backend/vocabulary/convolution.hpp"
#include "mammo/backend/vocabulary/elementwise.hpp"
#include "mammo/backend/vocabulary/losses.hpp"
#include "mammo/backend/vocabulary/normalization.hpp"
#include "mammo/backend/vocabulary/optimizers.hpp"
#include "mammo/backend/vocabulary/pooling.hpp"
#include "mammo/backend/vocabulary/reduction.hpp"
#include "mammo/core/dtype.hpp"
#include "mammo/core/layout.hpp"
#include "mammo/core/shape.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mammo {

// The vocabulary of the backends, in vocabulary/: one struct an operation, holding its options. The tensors
// it takes are listed in order; one in [brackets] may be undefined. `fields()` is what tells two of them
// apart.

using Operation = std::variant<
    // convolution and products
    Conv2d, ConvTranspose2d, ConvWeightGradient, Linear, MatMul,
    // normalization
    BatchNorm, BatchNormTraining, BatchNormGradient, GroupNorm, GroupNormGradient, LayerNorm,
    LayerNormGradient, Softmax, SoftmaxGradient,
    // pooling and interpolation
    Pool2d, Pool2dGradient, AdaptivePool2d, AdaptivePool2dGradient, Interpolate2d, Interpolate2dGradient,
    // element by element
    Unary, UnaryGradient, Binary, ExtremeGradient, Dropout,
    // reduction
    Reduce, ReduceGradient, ArgMax, TopK,
    // arrangement
    Concat, Pad, Gather, ScatterAdd, Embedding, EmbeddingGradient,
    // boxes
    BoxDecode, BoxDecodeGradient, Nms,
    // losses
    PointwiseLoss, PointwiseLossGradient, CrossEntropy, CrossEntropyGradient,
    // optimisers
    SgdStep, AdamStep, AverageStep>;

std::string_view name(const Operation& operation);

/// What a plan needs to know of a tensor. One that is left out has `defined == false`.
struct TensorSpec {
  Shape shape;
  DType dtype = DType::f32;
  Layout layout = Layout::row_major;
  bool defined = true;

  bool operator==(const TensorSpec&) const = default;
};

/// What convolutions and matrix products of f32 tensors multiply.
enum class Precision : std::uint8_t {
  f32,
  bf16, ///< factors rounded to bf16, their products summed in f32: eight bits of a factor count, not 24
};
std::string_view name(Precision precision);

/// An operation on tensors of given shapes, in a given setting: what a plan is made for and found by.
struct Signature {
  Operation operation;
  std::vector<TensorSpec> inputs;
  int threads = 1;
  bool deterministic = true;
  /// A wish: a plan may be more precise.
  Precision precision = Precision::f32;

  /// A string that two signatures share exactly when one plan serves both. The instruction set is not in it:
  /// it is fixed for the life of the process.
  std::string key() const;
};

/// Shapes and dtypes of the outputs, layout row_major. Checks everything that can be checked without the
/// elements: throws ShapeError, TypeError or ArgumentError naming the operation, the value and what was
/// expected.
std::vector<TensorSpec> infer_outputs(const Operation& operation, const std::vector<TensorSpec>& inputs);

} // namespace mammo
