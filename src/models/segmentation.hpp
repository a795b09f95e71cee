#pragma once

#include "mammo/nn/conv2d.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mammo::models {

// What the segmentation networks have in common beside their blocks. `network` names one in messages.

/// The convolution from features to logits, size kept.
nn::Conv2dConfig segmentation_head(std::int64_t in_channels, std::int64_t num_classes,
                                   std::int64_t kernel = 1);

/// By how much the deepest of so many levels is smaller than the picture.
std::int64_t deepest_stride(std::size_t levels);

/// Throws ArgumentError unless there are two to eight levels of 1 to 2^16 channels.
void check_levels(std::string_view network, const std::vector<std::int64_t>& channels);

/// Throws ArgumentError unless both numbers are 1 to 2^16.
void check_ends(std::string_view network, std::int64_t input_channels, std::int64_t num_classes);

/// Throws ShapeError unless x is [N, C, H, W] with H and W positive multiples of `stride`.
void check_picture(std::string_view network, const Tensor& x, std::int64_t stride);

} // namespace mammo::models
