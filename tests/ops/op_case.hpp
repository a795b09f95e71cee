#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mammo::test {

// One operation on tensors of given shapes, from tests/ops/cases/<operation>.json. A case is
//
//   {"name": ..., "options": {the operation's fields}, "inputs": [{"shape": [...], "fill": ..., "dtype":
//   ...}]}
//
// `null` is an input left out. `fill` is one of
//   signed (default)  in [-1, 1)              small  0 to 4, with ties
//   positive          in [0.5, 1.5)           nan    as small, every seventh or so NaN
//   negative          in (-1.5, -0.5]         boxes  corners (x1, y1, x2, y2), multiples of 1/8
//   wide, huge        in [-8, 8), [-1000, 1000)
//   far               in [1000, 1001), whole numbers of 2^-14, which f32 holds exactly
// and `dtype` an integer type where the case is about one. `"torch": false` marks results that PyTorch leaves
// open (the order of ties) and that have no golden.
struct OpCase {
  std::string file; // "conv2d"
  std::string name;
  Operation operation;
  std::vector<Tensor> inputs; // f64, or the integer type of the case; undefined where left out
  bool in_torch = true;

  std::string title() const { return file + ": " + name; }
  // Whether any input is of an integer type.
  bool is_integer() const;
  // The inputs with f64 converted to `dtype`.
  std::vector<Tensor> inputs_as(DType dtype) const;
};

// All cases, by file name and in their order in the file.
const std::vector<OpCase>& op_cases();

// The integer hash behind all elements, the same as in tests/goldens/ops/record_ops.py: xor-shifts and
// multiplications of `index + seed * 0x9E3779B9`, modulo 2^32.
std::uint32_t hash(std::uint32_t index, std::uint32_t seed);

} // namespace mammo::test
