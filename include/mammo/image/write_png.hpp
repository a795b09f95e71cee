#pragma once

#include "mammo/core/tensor.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace mammo::image {

/// Writes a picture as PNG: [H, W] u8 or u16 as grey, [H, W, 3] u8 as RGB. The file appears whole or not at
/// all. Compression is set for speed. Throws ShapeError or TypeError on another tensor, FileError where it
/// cannot be written.
void write_png(const std::filesystem::path& path, const Tensor& picture);

/// The same bytes, in memory.
std::vector<std::byte> encode_png(const Tensor& picture);

} // namespace mammo::image
