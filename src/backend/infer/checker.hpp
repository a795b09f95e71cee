#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/error.hpp"

#include <limits>
#include <string_view>
#include <vector>

/// Shapes and dtypes of results, an overload an operation, with the checks that need no elements.
namespace mammo::infer {

using Specs = std::vector<TensorSpec>;

/// Window arithmetic stays far from the ends of 64 bits while no size or option is above this.
inline constexpr std::int64_t largest_size = std::numeric_limits<std::int32_t>::max();

/// The tensors of one operation, with messages that name it.
class Checker {
 public:
  Checker(std::string_view operation, const Specs& inputs) : operation_(operation), inputs_(inputs) {}

  template <class E, class... Parts>
  void require(bool condition, const Parts&... parts) const {
    if (!condition) throw E(concat(operation_, ": ", parts...));
  }

  void count(std::size_t expected) const {
    require<ArgumentError>(inputs_.size() == expected, inputs_.size(), " tensors, expected ", expected);
  }

  const TensorSpec& defined(std::size_t i, std::string_view what) const {
    require<ArgumentError>(inputs_[i].defined, what, " is undefined");
    return inputs_[i];
  }

  const TensorSpec& floating(std::size_t i, std::string_view what) const {
    const TensorSpec& spec = defined(i, what);
    require<TypeError>(is_floating(spec.dtype), what, " of ", spec.dtype, ", expected a floating dtype");
    return spec;
  }

  const TensorSpec& integers(std::size_t i, std::string_view what) const {
    const TensorSpec& spec = defined(i, what);
    require<TypeError>(spec.dtype == DType::i64, what, " of ", spec.dtype, ", expected i64");
    return spec;
  }

  const TensorSpec& picture(std::size_t i, std::string_view what) const {
    const TensorSpec& spec = floating(i, what);
    require<ShapeError>(spec.shape.rank() == 4, what, " ", spec.shape, ", expected [N, C, H, W]");
    return spec;
  }

  void same_dtype(std::size_t i, std::string_view what, const TensorSpec& as) const {
    require<TypeError>(inputs_[i].dtype == as.dtype, what, " of ", inputs_[i].dtype, ", expected ", as.dtype);
  }

  void shape(std::size_t i, std::string_view what, const Shape& expected) const {
    require<ShapeError>(inputs_[i].shape == expected, what, " ", inputs_[i].shape, ", expected ", expected);
  }

  // A tensor beside the first one: same dtype, a shape known beforehand.
  void companion(std::size_t i, std::string_view what, const TensorSpec& first, const Shape& expected) const {
    defined(i, what);
    same_dtype(i, what, first);
    shape(i, what, expected);
  }

  void optional_companion(std::size_t i, std::string_view what, const TensorSpec& first,
                          const Shape& expected) const {
    if (inputs_[i].defined) companion(i, what, first, expected);
  }

  void in_range(std::string_view what, Size2d value, std::int64_t least) const {
    const auto fits = [&](std::int64_t v) { return v >= least && v <= largest_size; };
    require<ArgumentError>(fits(value.height) && fits(value.width), what, " ", value.height, " x ",
                           value.width, ", expected ", least, " to ", largest_size);
  }

  void dimension(int dim, int rank) const {
    require<ShapeError>(dim >= 0 && dim < rank, "dimension ", dim, " of rank ", rank, ", expected 0 to ",
                        rank - 1);
  }

  // Positions of a window of `kernel` taps, `dilation` apart, along a padded axis.
  std::int64_t windows(std::string_view axis, std::int64_t size, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, std::int64_t dilation) const {
    require<ShapeError>(size <= largest_size, axis, " ", size, ", expected at most ", largest_size);
    require<ShapeError>(kernel >= 1 && kernel <= largest_size, "kernel ", axis, " ", kernel,
                        ", expected 1 to ", largest_size);
    const std::int64_t reach = dilation * (kernel - 1) + 1;
    const std::int64_t padded = size + 2 * padding;
    require<ShapeError>(size >= 1 && reach <= padded, axis, " ", size, " with padding ", padding,
                        " is smaller than a kernel of ", kernel, " with dilation ", dilation, " (", reach,
                        ")");
    return (padded - reach) / stride + 1;
  }

  std::size_t size() const { return inputs_.size(); }

 private:
  std::string_view operation_;
  const Specs& inputs_;
};

/// Row-major. Throws here, by name, where the elements cannot be counted.
inline TensorSpec output(const Shape& shape, DType dtype) {
  numel(shape);
  return {.shape = shape, .dtype = dtype};
}

Specs outputs_of(const Conv2d& op, const Checker& check);
Specs outputs_of(const ConvTranspose2d& op, const Checker& check);
Specs outputs_of(const ConvWeightGradient& op, const Checker& check);
Specs outputs_of(const Linear& op, const Checker& check);
Specs outputs_of(const MatMul& op, const Checker& check);
Specs outputs_of(const BatchNorm& op, const Checker& check);
Specs outputs_of(const BatchNormTraining& op, const Checker& check);
Specs outputs_of(const BatchNormGradient& op, const Checker& check);
Specs outputs_of(const GroupNorm& op, const Checker& check);
Specs outputs_of(const GroupNormGradient& op, const Checker& check);
Specs outputs_of(const LayerNorm& op, const Checker& check);
Specs outputs_of(const LayerNormGradient& op, const Checker& check);
Specs outputs_of(const Softmax& op, const Checker& check);
Specs outputs_of(const SoftmaxGradient& op, const Checker& check);
Specs outputs_of(const Pool2d& op, const Checker& check);
Specs outputs_of(const Pool2dGradient& op, const Checker& check);
Specs outputs_of(const AdaptivePool2d& op, const Checker& check);
Specs outputs_of(const AdaptivePool2dGradient& op, const Checker& check);
Specs outputs_of(const Interpolate2d& op, const Checker& check);
Specs outputs_of(const Interpolate2dGradient& op, const Checker& check);
Specs outputs_of(const Unary& op, const Checker& check);
Specs outputs_of(const UnaryGradient& op, const Checker& check);
Specs outputs_of(const Binary& op, const Checker& check);
Specs outputs_of(const ExtremeGradient& op, const Checker& check);
Specs outputs_of(const Dropout& op, const Checker& check);
Specs outputs_of(const Reduce& op, const Checker& check);
Specs outputs_of(const ReduceGradient& op, const Checker& check);
Specs outputs_of(const ArgMax& op, const Checker& check);
Specs outputs_of(const TopK& op, const Checker& check);
Specs outputs_of(const Concat& op, const Checker& check);
Specs outputs_of(const Pad& op, const Checker& check);
Specs outputs_of(const Gather& op, const Checker& check);
Specs outputs_of(const ScatterAdd& op, const Checker& check);
Specs outputs_of(const Embedding& op, const Checker& check);
Specs outputs_of(const EmbeddingGradient& op, const Checker& check);
Specs outputs_of(const BoxDecode& op, const Checker& check);
Specs outputs_of(const BoxDecodeGradient& op, const Checker& check);
Specs outputs_of(const Nms& op, const Checker& check);
Specs outputs_of(const PointwiseLoss& op, const Checker& check);
Specs outputs_of(const PointwiseLossGradient& op, const Checker& check);
Specs outputs_of(const CrossEntropy& op, const Checker& check);
Specs outputs_of(const CrossEntropyGradient& op, const Checker& check);
Specs outputs_of(const SgdStep& op, const Checker& check);
Specs outputs_of(const AdamStep& op, const Checker& check);
Specs outputs_of(const AverageStep& op, const Checker& check);

} // namespace mammo::infer
