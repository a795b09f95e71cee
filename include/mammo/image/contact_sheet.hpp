#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace mammo::image {

/// One picture on a contact sheet.
struct SheetPicture {
  std::string title;
  Tensor picture; ///< u8 [h, w], no larger than a cell
};

struct SheetOptions {
  std::int64_t columns = 4;
  std::int64_t cell_height = 400; ///< pixels, without the title
  std::int64_t cell_width = 300;  ///< pixels
};

/// A picture scaled down (never up) to fit into a cell, in 8 bits. `picture`: u8 or u16 [H, W] of `bits`
/// bits. Throws TypeError or ShapeError on another picture, ArgumentError unless 1 <= bits <= 16.
Tensor thumbnail(const Tensor& picture, int bits, const SheetOptions& options = {});

/// The pictures side by side, row after row, each in the middle of its cell on a grey ground, its title
/// below. Characters outside of ASCII are drawn as '?'. Returns u8 [H, W]. Throws ArgumentError on no
/// pictures, cells of less than 32 or more than 4096 pixels, columns outside 1 to 64, or a picture larger
/// than its cell; TypeError or ShapeError on one that is not grey.
Tensor draw_contact_sheet(std::span<const SheetPicture> pictures, const SheetOptions& options = {});

} // namespace mammo::image
