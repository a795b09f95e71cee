#pragma once

#include "mammo/core/tensor.hpp"

#include <functional>

namespace mammo::explain {

/// What is to be explained: from an input [1, C, H, W] to one number, such as a logit.
///
///     const auto score = [&](const Tensor& x) { return select(net.forward(x), 1, 7); };
///     const Tensor map = explain::integrated_gradients(score, picture);
///
/// Any network goes, trainable or frozen, in the mode it is in; whoever is to be explained should be in
/// `eval()`, since in training norms take in every picture they see. Methods of this layer leave nothing
/// with the network: no gradients, no other mode. They record whatever the caller's GradientMode is.
///
/// All of them throw ShapeError unless the input is [1, C, H, W] and the score one element, TypeError unless
/// the input is floating, and ArgumentError on options out of range and on a score that does not depend on
/// the input by recorded operations. Maps are f32 [H, W], row-major. The same input, options and build give
/// the same bits.
using Score = std::function<Tensor(const Tensor& x)>;

} // namespace mammo::explain
