#pragma once

#include "mammo/core/tensor.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

namespace mammo::data {

/// N tensors of one shape and dtype, in any layout, as one row-major tensor [N, ...]. Throws ShapeError on
/// none and on shapes that differ, TypeError on dtypes that differ.
Tensor stack(std::span<const Tensor> tensors);

struct PaddingOptions {
  double value = 0;
  /// Height and width are made multiples of this.
  std::int64_t multiple = 1;
};

/// N pictures [..., H, W] that differ in height and width alone, as one row-major tensor [N, ..., h, w]: each
/// lies in the top left corner, what is left over on the right and at the bottom is `value`. Throws as
/// stack() does, and ArgumentError on a `multiple` below 1.
Tensor stack_padded(std::span<const Tensor> pictures, const PaddingOptions& options = {});

/// One part of every example, for stacking: `stack(gather(films, &Film::picture))`. `part` is a member or a
/// function of an example.
template <class E, class P>
auto gather(std::span<const E> examples, P part) {
  std::vector<std::decay_t<std::invoke_result_t<P&, const E&>>> parts;
  parts.reserve(examples.size());
  for (const E& example : examples) parts.push_back(std::invoke(part, example));
  return parts;
}

/// How examples become a batch where nothing else is said: tensors are stacked, and a struct has a static
/// function `collate(std::span<const Example>)` that returns the batch.
struct Collate {
  Tensor operator()(std::span<const Tensor> examples) const { return stack(examples); }

  template <class E>
    requires requires(std::span<const E> examples) { E::collate(examples); }
  auto operator()(std::span<const E> examples) const {
    return E::collate(examples);
  }
};

} // namespace mammo::data
