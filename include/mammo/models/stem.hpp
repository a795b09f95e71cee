#pragma once

#include "mammo/nn/module.hpp"
#include "mammo/nn/state_dict.hpp"

namespace mammo::models {

/// The weights of a network of colour pictures, made to fit `module`, the same network of grey ones: of each
/// convolution that the module wants as [out, 1, h, w] and the weights have as [out, 3, h, w] - the first
/// layer of a ResNet or DenseNet, the patch embedding of a vision transformer - the three input channels are
/// added up, in f32. All else stays as it is, and `load_state_dict` judges it:
///
///     net.load_state_dict(with_grey_stem(weights, net));
///
/// A grey picture then gives what it gave before when repeated three times. The alternative, the mean of the
/// three, gives a third of it, to which the norm behind would have to become used. Where the colour network
/// was trained on channels normalised with a mean and deviation each, neither is exact; for torchvision's
/// weights on ImageNet a grey picture of 0 to 1 takes the averages, 0.449 and 0.226.
nn::StateDict with_grey_stem(nn::StateDict weights, const nn::Module& module);

} // namespace mammo::models
