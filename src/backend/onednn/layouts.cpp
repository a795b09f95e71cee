#include "backend/onednn/layouts.hpp"

#include "mammo/core/isa.hpp"

namespace mammo::onednn {
namespace {

using Desc = dnnl::memory::desc;
using DataType = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

// The library has no rank 0.
dnnl::memory::dims dims_of(const Dims& dims) {
  if (dims.rank() == 0) return {1};
  return {dims.begin(), dims.end()};
}

Tag tag_of(Layout layout) {
  switch (layout) {
  case Layout::channels_last: return Tag::nhwc;
  case Layout::nChw8c: return Tag::nChw8c;
  case Layout::nChw16c: return Tag::nChw16c;
  case Layout::row_major: break;
  }
  return Tag::nchw;
}

template <class T>
void append(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

} // namespace

Desc describe(const Shape& shape, Layout layout) {
  if (layout != Layout::row_major) return {dims_of(shape), DataType::f32, tag_of(layout)};
  return describe(shape, row_major_strides(shape));
}

Desc describe(const Shape& shape, const Strides& strides) {
  return {dims_of(shape), DataType::f32, dims_of(strides)};
}

Desc describe_any(const Shape& shape) {
  return {dims_of(shape), DataType::f32, Tag::any};
}

Desc in_precision(const Desc& desc, Precision precision) {
  if (precision == Precision::f32) return desc;
  const bool is_strided =
      desc.get_format_kind() == dnnl::memory::format_kind::blocked && desc.get_inner_nblks() == 0;
  if (!is_strided) return {desc.get_dims(), DataType::bf16, Tag::any};
  return {desc.get_dims(), DataType::bf16, desc.get_strides()};
}

std::optional<Layout> layout_of(const Desc& desc, const Shape& shape) {
  if (desc == describe(shape, Layout::row_major)) return Layout::row_major;
  if (shape.rank() != 4) return std::nullopt;
  for (const Layout layout : {Layout::nChw8c, Layout::nChw16c, Layout::channels_last}) {
    if (desc == describe(shape, layout)) return layout;
  }
  return std::nullopt;
}

Layout best_layout() {
  return isa() == Isa::avx512 ? Layout::channels_last : Layout::nChw8c;
}

std::string key_of(const Desc& desc) {
  std::string key;
  for (const auto& list : {desc.get_dims(), desc.get_padded_dims(), desc.get_strides(), desc.get_inner_blks(),
                           desc.get_inner_idxs()}) {
    append(key, list.size());
    for (const auto value : list) append(key, value);
  }
  append(key, desc.get_data_type());
  append(key, desc.get_size());
  return key;
}

} // namespace mammo::onednn
