#pragma once

#include "mammo/core/tensor.hpp"

#include <vector>

#include <xtensor/xadapt.hpp>

namespace mammo {

/// A read-only xtensor expression over a tensor's elements, without a copy; strided views included. The
/// tensor must outlive it. xtensor 0.24 cannot run reducers with `evaluation_strategy::immediate` on any
/// adapted pointer; leave the strategy out or take xt::eval of the view first. Throws TypeError on another T
/// or a blocked layout.
template <class T>
auto xview(const Tensor& tensor) {
  require<TypeError>(tensor.defined() && tensor.layout() == Layout::row_major, "xtensor view of ", tensor,
                     ", expected row_major; use plain()");
  std::vector<std::size_t> shape(tensor.shape().begin(), tensor.shape().end());
  std::vector<std::ptrdiff_t> strides(tensor.strides().begin(), tensor.strides().end());
  for (int d = 0; d < tensor.rank(); ++d) {
    // xtensor takes the stride of a dimension of size 1 to be 0.
    if (tensor.size(d) == 1) strides[static_cast<std::size_t>(d)] = 0;
  }
  // xtensor wants the number of elements here even where the strides make them reach further.
  const auto count = static_cast<std::size_t>(tensor.numel());
  return xt::adapt(tensor.raw<T>(), count, xt::no_ownership(), shape, strides);
}

/// As xview, but writable; counts a new version of the tensor's storage.
template <class T>
auto mutable_xview(Tensor& tensor) {
  require<TypeError>(tensor.defined() && tensor.is_contiguous(), "writable xtensor view of ", tensor,
                     ", expected contiguous row_major");
  std::vector<std::size_t> shape(tensor.shape().begin(), tensor.shape().end());
  return xt::adapt(tensor.mutable_data<T>().data(), static_cast<std::size_t>(tensor.numel()),
                   xt::no_ownership(), shape);
}

/// A tensor over the memory of an xtensor container (xt::xarray, xt::xtensor), which is moved into the
/// tensor's keeping. Row-major containers only.
template <class Container>
Tensor from_xtensor(Container container) {
  using T = typename Container::value_type;
  static_assert(Container::static_layout == xt::layout_type::row_major, "row-major xtensor containers only");
  Shape shape;
  for (const auto size : container.shape()) shape.push_back(static_cast<std::int64_t>(size));
  auto kept = std::make_shared<Container>(std::move(container));
  std::shared_ptr<const std::byte> bytes(kept, reinterpret_cast<const std::byte*>(kept->data()));
  auto storage = std::make_shared<Storage>(std::move(bytes), kept->size() * sizeof(T), true);
  return Tensor::over(std::move(storage), shape, {.dtype = dtype_of<T>});
}

} // namespace mammo
