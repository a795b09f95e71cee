#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo {

// Element by element, floating dtypes; two tensors broadcast as in NumPy and must have one dtype.

Tensor add(const Tensor& a, const Tensor& b);
Tensor subtract(const Tensor& a, const Tensor& b);
Tensor multiply(const Tensor& a, const Tensor& b);
Tensor divide(const Tensor& a, const Tensor& b);
/// NaN where either is NaN.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

Tensor relu(const Tensor& x);
/// 1 / (1 + exp(-x)), without overflow.
Tensor sigmoid(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor neg(const Tensor& x);
Tensor abs(const Tensor& x);
Tensor tanh(const Tensor& x);
/// x Phi(x), Phi the normal distribution (Hendrycks and Gimpel 2016).
Tensor gelu(const Tensor& x);
/// x sigmoid(x).
Tensor silu(const Tensor& x);

} // namespace mammo
