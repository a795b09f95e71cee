#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

/// The gradients of the operations, by rules. A rule is three functions of the operation's options:
///
///   differentiable   which inputs can have a gradient, where not all of them can
///   keeps            what of inputs and outputs the gradient looks at; where it depends, on what is wanted
///   gradient         the inputs' gradients from that of the first output
namespace mammo::gradients {

/// Places among inputs or outputs.
class Places {
 public:
  constexpr Places() = default;
  constexpr Places(std::initializer_list<std::size_t> places) {
    for (const std::size_t place : places) bits_ |= 1u << place;
  }
  static constexpr Places all() {
    Places places;
    places.bits_ = std::numeric_limits<std::uint32_t>::max();
    return places;
  }
  /// Every place from 32 on is as the last one before it: only Concat has that many, and keeps none.
  constexpr bool contains(std::size_t place) const {
    return (bits_ >> std::min<std::size_t>(place, 31) & 1u) != 0;
  }
  constexpr void insert(std::size_t place) { bits_ |= 1u << std::min<std::size_t>(place, 31); }

 private:
  std::uint32_t bits_ = 0;
};

struct Kept {
  Places inputs{};
  Places outputs{};
};

/// Whose gradient is wanted.
using Wanted = std::vector<bool>;

/// What a rule has to work with.
struct Recorded {
  std::span<const Tensor> inputs;  ///< undefined where not kept
  std::span<const Tensor> outputs; ///< likewise
  std::span<const Shape> shapes;   ///< of all inputs
  const Tensor& gradient;          ///< of the first output
  const Wanted& wanted;
};

using Gradients = std::vector<Tensor>;

Places differentiable(const BatchNorm& op);
Places differentiable(const BoxDecode& op);
Places differentiable(const PointwiseLoss& op);
/// All inputs, for the other operations.
template <class Op>
Places differentiable(const Op&) {
  return Places::all();
}

Kept keeps(const Conv2d& op, const Wanted& wanted);
Kept keeps(const ConvTranspose2d& op, const Wanted& wanted);
Kept keeps(const Linear& op, const Wanted& wanted);
Kept keeps(const MatMul& op, const Wanted& wanted);
Kept keeps(const BatchNorm& op, const Wanted& wanted);
Kept keeps(const BatchNormTraining& op, const Wanted& wanted);
Kept keeps(const GroupNorm& op, const Wanted& wanted);
Kept keeps(const LayerNorm& op, const Wanted& wanted);
Kept keeps(const Softmax& op, const Wanted& wanted);
Kept keeps(const Pool2d& op, const Wanted& wanted);
Kept keeps(const AdaptivePool2d& op, const Wanted& wanted);
Kept keeps(const Interpolate2d& op, const Wanted& wanted);
Kept keeps(const Unary& op, const Wanted& wanted);
Kept keeps(const Binary& op, const Wanted& wanted);
Kept keeps(const Dropout& op, const Wanted& wanted);
Kept keeps(const Reduce& op, const Wanted& wanted);
Kept keeps(const TopK& op, const Wanted& wanted);
Kept keeps(const Concat& op, const Wanted& wanted);
Kept keeps(const Pad& op, const Wanted& wanted);
Kept keeps(const Gather& op, const Wanted& wanted);
Kept keeps(const ScatterAdd& op, const Wanted& wanted);
Kept keeps(const Embedding& op, const Wanted& wanted);
Kept keeps(const BoxDecode& op, const Wanted& wanted);
Kept keeps(const PointwiseLoss& op, const Wanted& wanted);
Kept keeps(const CrossEntropy& op, const Wanted& wanted);

Gradients gradient(const Conv2d& op, const Recorded& r);
Gradients gradient(const ConvTranspose2d& op, const Recorded& r);
Gradients gradient(const Linear& op, const Recorded& r);
Gradients gradient(const MatMul& op, const Recorded& r);
Gradients gradient(const BatchNorm& op, const Recorded& r);
Gradients gradient(const BatchNormTraining& op, const Recorded& r);
Gradients gradient(const GroupNorm& op, const Recorded& r);
Gradients gradient(const LayerNorm& op, const Recorded& r);
Gradients gradient(const Softmax& op, const Recorded& r);
Gradients gradient(const Pool2d& op, const Recorded& r);
Gradients gradient(const AdaptivePool2d& op, const Recorded& r);
Gradients gradient(const Interpolate2d& op, const Recorded& r);
Gradients gradient(const Unary& op, const Recorded& r);
Gradients gradient(const Binary& op, const Recorded& r);
Gradients gradient(const Dropout& op, const Recorded& r);
Gradients gradient(const Reduce& op, const Recorded& r);
Gradients gradient(const TopK& op, const Recorded& r);
Gradients gradient(const Concat& op, const Recorded& r);
Gradients gradient(const Pad& op, const Recorded& r);
Gradients gradient(const Gather& op, const Recorded& r);
Gradients gradient(const ScatterAdd& op, const Recorded& r);
Gradients gradient(const Embedding& op, const Recorded& r);
Gradients gradient(const BoxDecode& op, const Recorded& r);
Gradients gradient(const PointwiseLoss& op, const Recorded& r);
Gradients gradient(const CrossEntropy& op, const Recorded& r);

/// Operations that have a rule.
template <class Op>
concept Differentiable = requires(const Op& op, const Recorded& r) {
  { gradient(op, r) } -> std::same_as<Gradients>;
};

// What several rules are made of.

Tensor combined(BinaryKind kind, const Tensor& a, const Tensor& b);
/// [C] from [N, C, H, W].
Tensor channel_sums(const Tensor& picture);
/// The gradient before an activation, from y after it.
Tensor before(Activation activation, const Tensor& y, const Tensor& gradient);
/// Summed over what broadcasting had repeated, back to `shape`.
Tensor summed_to(const Tensor& gradient, const Shape& shape);

} // namespace mammo::gradients
