#pragma once

#include "mammo/core/tensor.hpp"

#include <span>

namespace mammo {

/// Tensors of equal shape but for dimension `dim` (negative: from the end), joined along it.
Tensor concatenate(std::span<const Tensor> tensors, int dim);

/// x with `before[d]` and `after[d]` elements of `value` added around each dimension d.
Tensor pad(const Tensor& x, const Dims& before, const Dims& after, double value = 0);

/// y[.., i, ..] = x[.., index[.., i, ..], ..] along `dim` (negative: from the end): index i64 of x's rank, no
/// larger than x but along `dim` -> like index. Throws ArgumentError on an index outside.
Tensor gather(const Tensor& x, int dim, const Tensor& index);

/// Zeros of `shape` to which every element of x is added where `gather` would have read it; index i64 like x.
Tensor scatter_add(const Tensor& x, int dim, const Tensor& index, const Shape& shape);

/// Rows of a table: table [V, D], index i64 [...] -> [..., D]. Throws ArgumentError on an index outside.
Tensor embedding(const Tensor& table, const Tensor& index);

} // namespace mammo
