#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <vector>

namespace mammo::test {

// The pixels of a u8, u16 or i32 tensor.
inline std::vector<std::int64_t> values_of(const Tensor& tensor) {
  const Tensor wide = tensor.to(DType::i64);
  const auto values = wide.data<std::int64_t>();
  return {values.begin(), values.end()};
}

} // namespace mammo::test
