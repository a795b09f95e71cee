#pragma once

#include "mammo/core/random.hpp"
#include "mammo/nn/module.hpp"

#include <cstdint>

namespace mammo::nn {

/// Which sums a weight keeps of one size: those over its inputs (going forward) or over its outputs (going
/// backward). For a weight [O, I, ...] with k elements in the other dimensions these are I k and O k numbers.
enum class Fan : std::uint8_t { in, out };

// They overwrite a weight of rank 2 or more with numbers drawn from the generator, the same on every machine.
// Throw ShapeError on a lower rank.

/// Normal with variance 2 / fan, for what a ReLU follows (He et al. 2015, equations 10 and 14).
void he_normal(Tensor& weight, Generator& generator, Fan fan = Fan::out);
/// Uniform with that variance.
void he_uniform(Tensor& weight, Generator& generator, Fan fan = Fan::out);
/// Normal with variance 2 / (fan in + fan out) (Glorot and Bengio 2010, equation 12).
void xavier_normal(Tensor& weight, Generator& generator);
/// Uniform with that variance (equation 16).
void xavier_uniform(Tensor& weight, Generator& generator);

/// Gives a module the weights that training from scratch begins with: each tensor what its layer asked for
/// (Initial, module.hpp), in the order of registration. Convolutions get he_normal over their outputs, linear
/// layers and attention xavier_uniform, tables of embeddings a standard normal; norms begin as the identity
/// and biases as 0.
void initialize(Module& module, Generator& generator);

} // namespace mammo::nn
