#pragma once

#include "mammo/ops/losses.hpp"
#include "mammo/ops/reduction.hpp"

namespace mammo {

/// A loss of every element as it was asked for.
inline Tensor reduced(const Tensor& losses, Reduction reduction) {
  if (reduction == Reduction::mean) return mean(losses);
  return reduction == Reduction::sum ? sum(losses) : losses;
}

/// A constant to broadcast, of the dtype of `like`.
inline Tensor number(double value, const Tensor& like) {
  return Tensor::full({}, value, {.dtype = like.dtype()});
}

} // namespace mammo
