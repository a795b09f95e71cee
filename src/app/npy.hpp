#pragma once

#include "mammo/core/tensor.hpp"

#include <string>

namespace mammo::app {

/// An f32 tensor as the bytes of a .npy file, version 1.0 (numpy.lib.format): little endian, row-major.
std::string encode_npy(const Tensor& tensor);

} // namespace mammo::app
