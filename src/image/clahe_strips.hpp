#pragma once

#include "image/chain_kernels.hpp"

#include <functional>

namespace mammo::image {

/// Calls `body` with strip after strip of a result with these rows and columns, from the first row to the
/// last; a strip is as many rows as lie in the cells that are kept in memory together.
void each_clahe_strip(const ClaheCurves& curves, const Tensor& codes, const ClaheAxis& rows,
                      const ClaheAxis& columns, int zero_up_to,
                      const std::function<void(const ClaheStrip&)>& body);

} // namespace mammo::image
