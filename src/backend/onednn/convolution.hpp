#pragma once

#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {

/// The windows of a convolution in the library's words: its dilation counts the pixels left out.
struct Windows {
  dnnl::memory::dims stride;
  dnnl::memory::dims dilation;
  dnnl::memory::dims padding;

  template <class Op>
  explicit Windows(const Op& op)
      : stride{op.stride.height, op.stride.width},
        dilation{op.dilation.height - 1, op.dilation.width - 1},
        padding{op.padding.height, op.padding.width} {}
};

/// The library's name for groups: a dimension of the weight of its own.
Shape grouped(const Shape& weight, std::int64_t groups);

/// A tensor as it comes, or, where it is row_major and has no order of the library's to keep, as it likes.
dnnl::memory::desc as_given(const TensorSpec& spec);

/// The named layout that a result is to have where the library's choice for it has no name.
Layout blocks_or_rows(const Shape& shape);

} // namespace mammo::onednn
