#pragma once

#include "mammo/backend/vocabulary/common.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo {

// Views that gradients flow through. They take tensors of any layout (one that has no views is first brought
// to row_major) and share memory with a row_major one. Sizes and errors are those of Tensor's own functions.

Tensor reshape(const Tensor& x, const Shape& shape);
/// Dimensions from `first` on as one: [N, C, H, W] from 1 -> [N, C H W].
Tensor flatten(const Tensor& x, int first = 1);
Tensor permute(const Tensor& x, const Dims& order);
Tensor transpose(const Tensor& x, int a, int b);
Tensor slice(const Tensor& x, int d, std::int64_t start, std::int64_t stop, std::int64_t step = 1);
Tensor select(const Tensor& x, int d, std::int64_t index);
Tensor unsqueeze(const Tensor& x, int d);
Tensor squeeze(const Tensor& x, int d);
Tensor expand(const Tensor& x, const Shape& shape);

} // namespace mammo
