#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo {

// Over the dimensions `dims` (negative: from the end; none given: all of them), which stay as size 1 where
// `keep_dims`. Throws ShapeError on a dimension named twice, and on a maximum, minimum or mean of nothing.

Tensor sum(const Tensor& x, const Dims& dims = {}, bool keep_dims = false);
Tensor mean(const Tensor& x, const Dims& dims = {}, bool keep_dims = false);
Tensor max(const Tensor& x, const Dims& dims = {}, bool keep_dims = false);
Tensor min(const Tensor& x, const Dims& dims = {}, bool keep_dims = false);

/// i64, dimension `dim` gone: the index of the largest along it, the first of equal ones.
Tensor argmax(const Tensor& x, int dim);

struct TopKResult {
  Tensor values;  ///< like x but for the last dimension, which is k
  Tensor indices; ///< i64, into the last dimension of x
};

/// The k largest along the last dimension, largest first; of equal values the lower index first.
TopKResult top_k(const Tensor& x, std::int64_t k);

} // namespace mammo
