#pragma once

#include "mammo/core/tensor.hpp"
#include "mammo/image/clahe.hpp"

#include <cstdint>
#include <vector>

// CLAHE in two parts, for those who want it without a picture in between: each tile's curve from its
// histogram, and tables that say which pixels and which curves make each pixel of the result. A picture is
// taken as `codes` - stored values - and what bin each code stands for, so that 12-bit film in 65,536 bins
// costs 4,096 of them.

namespace mammo::image {

/// A picture [height, width], u8 or u16, of which rows `first_row` on are meant, seen in a mirror or not.
struct CodePicture {
  Tensor codes;
  std::int64_t first_row = 0;
  std::int64_t height = 0;
  bool mirrored = false;

  std::int64_t width() const { return codes.size(1); }
};

/// How one axis is cut into tiles.
struct TileAxis {
  std::int64_t size = 0; ///< pixels of the picture
  std::int64_t tiles = 0;
  std::int64_t tile = 0; ///< pixels of a tile; the last one may reach past the picture
};

struct ClaheCurves {
  TileAxis down;
  TileAxis across;
  std::int64_t codes = 0;
  /// u16 [tiles down, tiles across, codes].
  Tensor curves;
};

/// `bin_of_code`: ascending, below `bins`. All codes of the picture must have one. Throws ArgumentError on an
/// option out of range.
ClaheCurves clahe_curves(const CodePicture& picture, const std::vector<std::uint16_t>& bin_of_code,
                         std::int64_t bins, const ClaheOptions& options);

/// For each pixel along one axis of a result: the pixel of the stored picture, the cell - pixels between the
/// same two tiles' middles, counted from 0 before the first middle - and how much of the later tile's curve
/// it takes.
struct ClaheAxis {
  std::vector<std::int32_t> source;
  std::vector<std::int32_t> cell;
  std::vector<float> weight;
};

/// `count` pixels from `first` on, which may lie outside of the picture: those are its mirror image.
ClaheAxis clahe_rows(const CodePicture& picture, const TileAxis& down, std::int64_t first,
                     std::int64_t count);
ClaheAxis clahe_columns(const CodePicture& picture, const TileAxis& across, std::int64_t first,
                        std::int64_t count);

/// Rows of cells: for each cell and code the values of its four curves, upper left in the lowest 16 bits,
/// then upper right, lower left, lower right. u64s, [rows, cells across, codes].
void fill_cells(const ClaheCurves& curves, std::int64_t first_row, std::int64_t rows, std::uint64_t* cells);

} // namespace mammo::image
