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

/// How a convolution's picture and result may lie in memory.
struct Pictures {
  dnnl::memory::desc x;
  dnnl::memory::desc y;
};

/// The choices of layouts to offer the library, the best first. A picture that comes in a named layout is
/// taken as it is, and the result has that layout too: for all but the first convolution of a network nothing
/// is reordered. Where x is row_major the result is in the layout that is best here. Without vector code for
/// that everything is left to the library.
std::vector<Pictures> choices_of(const TensorSpec& x, const Shape& y);

/// A tensor as it comes, or, where it is row_major, as the library likes it. A row_major picture of fewer
/// channels than a block stays as it is: filled up it would be many times as large.
dnnl::memory::desc as_given(const TensorSpec& spec);

/// The named layout that a result is to have where the library's choice for it has no name.
Layout blocks_or_rows(const Shape& shape);

} // namespace mammo::onednn
