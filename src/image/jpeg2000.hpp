#pragma once

#include "image/source.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mammo::image {

// One grey JPEG 2000 codestream (or JP2 file) of width x height samples of at most 16 bits, row by row;
// signed samples keep their two's complement. Throws FileError where it is damaged, incomplete or of another
// size.
std::vector<std::uint16_t> decode_jpeg2000(const Source& source, std::span<const std::byte> codestream,
                                           std::int64_t width, std::int64_t height);

} // namespace mammo::image
