#include "image/clahe_strips.hpp"

#include "mammo/core/memory.hpp"

namespace mammo::image {

void each_clahe_strip(const ClaheCurves& curves, const Tensor& codes, const ClaheAxis& rows,
                      const ClaheAxis& columns, int zero_up_to,
                      const std::function<void(const ClaheStrip&)>& body) {
  const std::int64_t cells_across = curves.across.tiles + 1;
  const auto memory = memory::allocate(static_cast<std::size_t>(cells_across * curves.codes) * 8);
  auto* const cells = reinterpret_cast<std::uint64_t*>(memory.get());
  const auto count = static_cast<std::int64_t>(rows.cell.size());
  std::int64_t first = 0;
  while (first < count) {
    const std::int32_t cell = rows.cell[static_cast<std::size_t>(first)];
    std::int64_t last = first + 1;
    while (last < count && rows.cell[static_cast<std::size_t>(last)] == cell) ++last;
    fill_cells(curves, cell, cells);
    body({codes, cells, cells_across, curves.codes, rows, columns, first, last, zero_up_to});
    first = last;
  }
}

} // namespace mammo::image
