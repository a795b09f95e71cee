#pragma once

#include "mammo/backend/operation.hpp"

#include <optional>
#include <string>

#include <oneapi/dnnl/dnnl.hpp>

namespace mammo::onednn {

/// How a dense tensor of this shape and layout lies in memory. Rank 0 is described as one element.
dnnl::memory::desc describe(const Shape& shape, Layout layout);
inline dnnl::memory::desc describe(const TensorSpec& spec) {
  return describe(spec.shape, spec.layout);
}

dnnl::memory::desc describe(const Shape& shape, const Strides& strides);

/// The same shape, order of elements left to the library.
dnnl::memory::desc describe_any(const Shape& shape);

/// How a factor is read: as it is, or, for bf16, in the same order in that type, blocks as the library likes
/// them.
dnnl::memory::desc in_precision(const dnnl::memory::desc& desc, Precision precision);

/// The named layout that a descriptor of this shape has, if it has one.
std::optional<Layout> layout_of(const dnnl::memory::desc& desc, const Shape& shape);

/// The layout in which networks run fastest here. What the library has for blocks of sixteen is older than
/// what it has for channels_last; for blocks of eight it is the other way round. (bench_detector,
/// bench_training_convolutions)
Layout best_layout();

/// A string that two descriptors share exactly when they are equal.
std::string key_of(const dnnl::memory::desc& desc);

} // namespace mammo::onednn
