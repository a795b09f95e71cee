#pragma once

#include "mammo/core/shape.hpp"

#include <cstdint>
#include <ostream>
#include <string_view>

namespace mammo {

/// How the elements of a tensor lie in memory, fixed when its storage is made. The shape of a tensor is
/// always the logical one, [N, C, H, W], whatever the layout.
///
///   row_major      dense or strided; the only layout that has views
///   channels_last  [N, H, W, C]
///   nChw8c         [N, ceil(C/8), H, W, 8], the last block padded with zeros
///   nChw16c        [N, ceil(C/16), H, W, 16], likewise
enum class Layout : std::uint8_t { row_major, channels_last, nChw8c, nChw16c };

std::string_view name(Layout layout);
std::ostream& operator<<(std::ostream& out, Layout layout);

/// Channels in a block: 8, 16, or 1 for the layouts without blocks.
std::int64_t block_size(Layout layout);

/// Elements of storage that a dense tensor of this shape takes, padding included. Every layout but row_major
/// needs rank 4; throws ShapeError otherwise.
std::int64_t storage_numel(const Shape& shape, Layout layout);

/// Offset of logical element [n, c, h, w] in the storage of a dense tensor.
std::int64_t storage_offset(const Shape& shape, Layout layout, std::int64_t n, std::int64_t c, std::int64_t h,
                            std::int64_t w);

} // namespace mammo
