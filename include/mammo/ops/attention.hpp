#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo {

/// softmax(q k^T / sqrt(D)) v (Vaswani et al. 2017, equation 1): q [..., T, D], k [..., S, D], v [..., S, E],
/// equal leading dimensions -> [..., T, E].
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v);

} // namespace mammo
