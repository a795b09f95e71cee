#include "image/clahe_strips.hpp"

#include "mammo/core/memory.hpp"

#include <algorithm>

namespace mammo::image {

namespace {

// A strip's cells take no more than this, where one row of them does: all of 12-bit film's, one row of 16-bit
// film's.
constexpr std::int64_t most_bytes = 4 << 20;

} // namespace

void each_clahe_strip(const ClaheCurves& curves, const Tensor& codes, const ClaheAxis& rows,
                      const ClaheAxis& columns, int zero_up_to,
                      const std::function<void(const ClaheStrip&)>& body) {
  const std::int64_t cells_across = curves.across.tiles + 1;
  const std::int64_t row_bytes = cells_across * curves.codes * 8;
  const std::int64_t most_rows = std::clamp<std::int64_t>(most_bytes / row_bytes, 1, curves.down.tiles + 1);
  const auto memory = memory::allocate(static_cast<std::size_t>(most_rows * row_bytes));
  auto* const cells = reinterpret_cast<std::uint64_t*>(memory.get());
  for (auto first = rows.cell.begin(); first != rows.cell.end();) {
    std::int32_t lowest = *first;
    std::int32_t highest = *first;
    auto last = first;
    for (; last != rows.cell.end(); ++last) {
      const auto [low, high] = std::minmax({lowest, highest, *last});
      if (high - low >= most_rows) break;
      lowest = low;
      highest = high;
    }
    fill_cells(curves, lowest, highest - lowest + 1, cells);
    body({codes, cells, cells_across, curves.codes, lowest, rows, columns, first - rows.cell.begin(),
          last - rows.cell.begin(), zero_up_to});
    first = last;
  }
}

} // namespace mammo::image
