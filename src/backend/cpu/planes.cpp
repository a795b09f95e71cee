#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>

namespace mammo::cpu {

Planes::Planes(const Shape& shape, Layout layout)
    : count(shape[0] * shape[1]), height(shape[2]), width(shape[3]), lanes(1) {
  if (layout == Layout::channels_last) {
    count = shape[0];
    lanes = shape[1];
  } else if (layout != Layout::row_major) {
    lanes = block_size(layout);
    count = shape[0] * ((shape[1] + lanes - 1) / lanes);
  }
}

void clear_padding(float* elements, const Shape& shape, Layout layout) {
  const std::int64_t block = block_size(layout);
  const std::int64_t used = shape.rank() == 4 ? shape[1] % block : 0;
  if (used == 0) return;
  const std::int64_t blocks = (shape[1] + block - 1) / block;
  const std::int64_t pixels = shape[2] * shape[3];
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    float* last = elements + ((n + 1) * blocks - 1) * pixels * block;
    for (std::int64_t i = 0; i < pixels; ++i)
      std::fill(last + i * block + used, last + (i + 1) * block, 0.0F);
  }
}

} // namespace mammo::cpu
