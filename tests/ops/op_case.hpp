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
// `null` is an input left out. `"values": [...]`, row-major, null for NaN, takes the place of `fill`, which
// is one of
//   signed (default)  in [-1, 1)              small  0 to 4, with ties
//   positive          in [0.5, 1.5)           nan    as small, every seventh or so NaN
//   negative          in (-1.5, -0.5]         boxes  corners (x1, y1, x2, y2), multiples of 1/8
//   wide, huge        in [-8, 8), [-1000, 1000)
//   far               in [1000, 1001), whole numbers of 2^-14, which f32 holds exactly
//   unit              in [0, 1)               index  0 to `"bound"` - 1
// An input is computed in the dtype that a test asks for, unless it names its own `dtype`: indices and seeds
// (i64), the settings of an optimiser (f64). `"torch": false` marks results that PyTorch leaves open (the
// order of ties) and that have no golden; `"smooth": false` is_smooth.
struct OpCase {
  std::string file; // "conv2d"
  std::string name;
  Operation operation;
  std::vector<Tensor> inputs; // f64, or the input's own dtype; undefined where left out
  std::vector<bool> has_own_dtype = {};
  bool in_torch = true;
  bool is_smooth = true; // no kink or tie near its inputs: central differences tell its gradient

  std::string title() const { return file + ": " + name; }
  // Whether it is about integers: its first input is of an integer type.
  bool is_integer() const;
  // The inputs converted to `dtype`, but for those with their own.
  std::vector<Tensor> inputs_as(DType dtype) const;
};

// One described input in f64, or in its own dtype: `description` is JSON as above.
Tensor input_by_formula(const std::string& description, std::uint32_t seed);

// All cases, by file name and in their order in the file.
const std::vector<OpCase>& op_cases();

// The integer hash behind all elements, the same as in tests/goldens/ops/record_ops.py: xor-shifts and
// multiplications of `index + seed * 0x9E3779B9`, modulo 2^32.
std::uint32_t hash(std::uint32_t index, std::uint32_t seed);

} // namespace mammo::test
