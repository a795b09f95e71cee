#include "image/clahe_curves.hpp"

#include "image/levels_picture.hpp"
#include "image/mirrored.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mammo::image {
namespace {

using Count = std::uint32_t;

void check(const ClaheOptions& o) {
  require<ArgumentError>(o.clip_limit >= 0 && o.clip_limit <= 1e6, "clahe: clip_limit ", o.clip_limit,
                         ", expected 0 to 1e6");
  for (const std::int64_t tiles : {o.tiles_down, o.tiles_across}) {
    require<ArgumentError>(tiles >= 1 && tiles <= 256, "clahe: ", tiles, " tiles, expected 1 to 256");
  }
}

// Where either axis is not divided by its tiles, OpenCV extends both: one that is, by a whole `tiles`.
TileAxis cut(std::int64_t size, std::int64_t tiles, bool extended) {
  const std::int64_t whole = extended ? size + tiles - size % tiles : size;
  return {size, tiles, whole / tiles};
}

// A tile's pixels counted in several histograms in turn: a count that has just been written is not read
// again at once, as it would be in even parts of a film.
template <class T>
class TileHistogram {
 public:
  TileHistogram(const CodePicture& picture, const T* pixels, std::int64_t codes)
      : picture_(picture),
        pixels_(pixels),
        codes_(codes),
        stride_(codes + 16),
        memory_(memory::allocate(static_cast<std::size_t>(turns * stride_) * sizeof(Count))),
        counts_(reinterpret_cast<Count*>(memory_.get())) {}

  const Count* count(std::int64_t top, std::int64_t left, const TileAxis& down, const TileAxis& across) {
    std::fill_n(counts_, turns * stride_, Count{0});
    for (std::int64_t y = top; y < top + down.tile; ++y) {
      const std::int64_t row = picture_.first_row + mirrored(y, picture_.height);
      count_row(pixels_ + row * picture_.width(), left, across);
    }
    for (std::int64_t turn = 1; turn < turns; ++turn) {
      for (std::int64_t code = 0; code < codes_; ++code) counts_[code] += counts_[turn * stride_ + code];
    }
    return counts_;
  }

 private:
  static constexpr std::int64_t turns = 4;

  void count_row(const T* line, std::int64_t left, const TileAxis& across) {
    const std::int64_t width = picture_.width();
    const std::int64_t right = std::min(left + across.tile, width);
    // The part inside of the picture lies in one piece, wherever the mirror puts it.
    const std::int64_t begin = picture_.mirrored ? width - right : left;
    const std::int64_t end = begin + std::max<std::int64_t>(right - left, 0);
    Count* const a = counts_;
    Count* const b = a + stride_;
    Count* const c = b + stride_;
    Count* const d = c + stride_;
    std::int64_t x = begin;
    for (; x + turns <= end; x += turns) {
      ++a[line[x]];
      ++b[line[x + 1]];
      ++c[line[x + 2]];
      ++d[line[x + 3]];
    }
    for (; x < end; ++x) ++a[line[x]];
    for (std::int64_t outside = std::max(left, width); outside < left + across.tile; ++outside) {
      const std::int64_t inside = mirrored(outside, width);
      ++a[line[picture_.mirrored ? width - 1 - inside : inside]];
    }
  }

  const CodePicture& picture_;
  const T* pixels_;
  std::int64_t codes_;
  // From one histogram to the next. Not a multiple of 4096 bytes: the processor would take the same code's
  // counts for one another, and a load wait for a store that it has nothing to do with.
  std::int64_t stride_;
  std::shared_ptr<std::byte> memory_;
  Count* counts_;
};

// The histogram's running sum after clipping, scaled to the bins. Bins that no code stands for are empty but
// for what the clipping spreads: `every` to each, and one more to `extra` of them, `step` apart.
void make_curve(const Count* count, const std::vector<std::uint16_t>& bin_of_code, std::int64_t bins,
                std::int64_t pixels, double clip_limit, std::uint16_t* curve) {
  auto limit =
      static_cast<std::int64_t>(clip_limit * static_cast<double>(pixels) / static_cast<double>(bins));
  limit = clip_limit > 0 ? std::max<std::int64_t>(limit, 1) : pixels;
  std::int64_t clipped = 0;
  for (std::size_t code = 0; code < bin_of_code.size(); ++code) {
    clipped += std::max<std::int64_t>(count[code] - limit, 0);
  }
  const std::int64_t every = clipped / bins;
  const std::int64_t extra = clipped % bins;
  const std::int64_t step = extra > 0 ? std::max<std::int64_t>(bins / extra, 1) : 1;
  const float scale = static_cast<float>(bins - 1) / static_cast<float>(pixels);
  std::int64_t sum = 0;
  for (std::size_t code = 0; code < bin_of_code.size(); ++code) {
    const std::int64_t bin = bin_of_code[code];
    sum += std::min<std::int64_t>(count[code], limit);
    const std::int64_t spread = every * (bin + 1) + std::min(bin / step + 1, extra);
    const float value = static_cast<float>(sum + spread) * scale;
    curve[code] =
        static_cast<std::uint16_t>(std::clamp<long>(std::lrintf(value), 0, static_cast<long>(bins - 1)));
  }
}

ClaheAxis axis_of(const TileAxis& axis, std::int64_t first, std::int64_t count) {
  ClaheAxis table;
  const float per_pixel = 1.0F / static_cast<float>(axis.tile);
  for (std::int64_t i = first; i < first + count; ++i) {
    const std::int64_t inside = mirrored(i, axis.size);
    const float tiles = static_cast<float>(inside) * per_pixel - 0.5F;
    const float tile = std::floor(tiles);
    table.source.push_back(static_cast<std::int32_t>(inside));
    table.cell.push_back(static_cast<std::int32_t>(tile) + 1);
    table.weight.push_back(tiles - tile);
  }
  return table;
}

} // namespace

ClaheCurves clahe_curves(const CodePicture& picture, const std::vector<std::uint16_t>& bin_of_code,
                         std::int64_t bins, const ClaheOptions& options) {
  check(options);
  const bool extended =
      picture.height % options.tiles_down != 0 || picture.width() % options.tiles_across != 0;
  ClaheCurves result;
  result.down = cut(picture.height, options.tiles_down, extended);
  result.across = cut(picture.width(), options.tiles_across, extended);
  result.codes = static_cast<std::int64_t>(bin_of_code.size());
  const std::int64_t pixels = result.down.tile * result.across.tile;
  require<ArgumentError>(pixels <= std::numeric_limits<std::int32_t>::max(), "clahe: tiles of ", pixels,
                         " pixels, expected 2147483647 at most");
  result.curves =
      Tensor::empty({options.tiles_down, options.tiles_across, result.codes}, {.dtype = DType::u16});
  std::uint16_t* curves = result.curves.mutable_data<std::uint16_t>().data();
  with_pixels(picture.codes, [&]<class T>(const T* stored) {
    parallel_for(0, options.tiles_down * options.tiles_across, 1, [&](std::int64_t first, std::int64_t last) {
      TileHistogram<T> histogram(picture, stored, result.codes);
      for (std::int64_t tile = first; tile < last; ++tile) {
        const std::int64_t top = tile / options.tiles_across * result.down.tile;
        const std::int64_t left = tile % options.tiles_across * result.across.tile;
        make_curve(histogram.count(top, left, result.down, result.across), bin_of_code, bins, pixels,
                   options.clip_limit, curves + tile * result.codes);
      }
    });
  });
  return result;
}

ClaheAxis clahe_rows(const CodePicture& picture, const TileAxis& down, std::int64_t first,
                     std::int64_t count) {
  ClaheAxis table = axis_of(down, first, count);
  for (std::int32_t& row : table.source) row += static_cast<std::int32_t>(picture.first_row);
  return table;
}

ClaheAxis clahe_columns(const CodePicture& picture, const TileAxis& across, std::int64_t first,
                        std::int64_t count) {
  ClaheAxis table = axis_of(across, first, count);
  if (!picture.mirrored) return table;
  for (std::int32_t& column : table.source) column = static_cast<std::int32_t>(across.size) - 1 - column;
  return table;
}

void fill_cells(const ClaheCurves& curves, std::int64_t first_row, std::int64_t rows, std::uint64_t* cells) {
  const std::int64_t codes = curves.codes;
  const std::int64_t across = curves.across.tiles;
  const std::uint16_t* all = curves.curves.data<std::uint16_t>().data();
  parallel_for(0, rows * (across + 1), 4, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t cell = first; cell < last; ++cell) {
      const std::int64_t row = first_row + cell / (across + 1);
      const std::int64_t column = cell % (across + 1);
      const std::uint16_t* upper = all + std::max<std::int64_t>(row - 1, 0) * across * codes;
      const std::uint16_t* lower = all + std::min(row, curves.down.tiles - 1) * across * codes;
      const std::int64_t left = std::max<std::int64_t>(column - 1, 0) * codes;
      const std::int64_t right = std::min(column, across - 1) * codes;
      std::uint64_t* to = cells + cell * codes;
      for (std::int64_t code = 0; code < codes; ++code) {
        to[code] = std::uint64_t{upper[left + code]} | std::uint64_t{upper[right + code]} << 16 |
                   std::uint64_t{lower[left + code]} << 32 | std::uint64_t{lower[right + code]} << 48;
      }
    }
  });
}

} // namespace mammo::image
