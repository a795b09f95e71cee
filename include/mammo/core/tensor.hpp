#pragma once

#include "mammo/core/device.hpp"
#include "mammo/core/dtype.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/layout.hpp"
#include "mammo/core/shape.hpp"
#include "mammo/core/storage.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <span>
#include <vector>

namespace mammo {

/// What the gradient tape hangs on a tensor; only the ops layer knows more about it.
class AutogradMeta {
 public:
  virtual ~AutogradMeta() = default;
};

struct TensorOptions {
  DType dtype = DType::f32;
  Layout layout = Layout::row_major;
  Device device = {};
};

/// A cheap handle to shared storage: shape, strides, dtype, layout, device. Copying a Tensor copies the
/// handle; `clone()` copies the elements.
///
/// `data<T>()` reads and `mutable_data<T>()` writes (and counts a new version of the storage); both need a
/// contiguous row-major tensor. Blocked and channels-last tensors, which fast convolutions return, have no
/// views: `plain()` gives their row-major twin. View functions throw on a tensor that records gradients; the
/// ops layer has differentiable ones.
///
/// A default-constructed Tensor is undefined; everything but `defined()` and assignment throws on it.
class Tensor {
 public:
  Tensor() = default;

  /// Uninitialised elements.
  static Tensor empty(const Shape& shape, const TensorOptions& options = {});
  static Tensor zeros(const Shape& shape, const TensorOptions& options = {});
  /// Every element `value`, converted to the dtype.
  static Tensor full(const Shape& shape, double value, const TensorOptions& options = {});
  /// A copy of `values`, row-major. Throws ShapeError unless there are numel(shape) of them.
  template <class T>
  static Tensor from(std::span<const T> values, const Shape& shape);
  template <class T>
  static Tensor from(const std::vector<T>& values, const Shape& shape) {
    return from(std::span<const T>(values), shape);
  }
  template <class T>
  static Tensor from(std::initializer_list<T> values, const Shape& shape) {
    return from(std::span<const T>(values.begin(), values.size()), shape);
  }
  /// A dense tensor over existing storage, starting `offset` elements into it. Throws ShapeError where it
  /// would reach past the end.
  static Tensor over(std::shared_ptr<Storage> storage, const Shape& shape, const TensorOptions& options,
                     std::int64_t offset = 0);

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  std::int64_t size(int d) const { return shape_[d]; }
  int rank() const { return shape_.rank(); }
  std::int64_t numel() const { return mammo::numel(shape_); }
  /// In elements; meaningful for row_major only.
  const Strides& strides() const { return strides_; }
  DType dtype() const { return options_.dtype; }
  Layout layout() const { return options_.layout; }
  Device device() const { return options_.device; }
  const TensorOptions& options() const { return options_; }
  /// Row-major and dense.
  bool is_contiguous() const;

  /// The elements in row-major order. Throws TypeError on another T, ShapeError unless contiguous row_major.
  template <class T>
  std::span<const T> data() const {
    check_access(dtype_of<T>);
    return {reinterpret_cast<const T*>(storage_->data()) + offset_, static_cast<std::size_t>(numel())};
  }
  template <class T>
  std::span<T> mutable_data() {
    check_access(dtype_of<T>);
    return {reinterpret_cast<T*>(storage_->mutable_data()) + offset_, static_cast<std::size_t>(numel())};
  }
  /// First element in memory, whatever the strides or the layout: for backends.
  template <class T>
  const T* raw() const {
    check_dtype(dtype_of<T>);
    return reinterpret_cast<const T*>(storage_->data()) + offset_;
  }
  template <class T>
  T* mutable_raw() {
    check_dtype(dtype_of<T>);
    return reinterpret_cast<T*>(storage_->mutable_data()) + offset_;
  }
  const std::shared_ptr<Storage>& storage() const { return storage_; }
  StorageStamp stamp() const { return storage_->stamp(); }

  /// The only element, as T. Throws ShapeError unless numel() is 1.
  template <class T>
  T item() const;

  // Views: they share storage, need row_major, and throw on a tensor that records gradients.

  /// One size may be -1. Throws ShapeError where the elements do not fit or the strides do not allow it.
  Tensor reshape(const Shape& shape) const;
  Tensor permute(const Dims& order) const;
  Tensor transpose(int a, int b) const;
  /// Elements start, start + step, ... below stop of dimension d; negative start and stop count from the end.
  Tensor slice(int d, std::int64_t start, std::int64_t stop, std::int64_t step = 1) const;
  /// One index of dimension d, which disappears.
  Tensor select(int d, std::int64_t index) const;
  Tensor unsqueeze(int d) const;
  /// Removes dimension d, which must be of size 1.
  Tensor squeeze(int d) const;
  /// Repeats size-1 dimensions without copying.
  Tensor expand(const Shape& shape) const;

  // Copies, and handles that may serve as copies. None of them records gradients.

  /// The same elements, seen apart from what is recorded of this tensor.
  Tensor detached() const;
  /// This tensor if it is contiguous row-major, else a copy that is.
  Tensor contiguous() const;
  Tensor clone() const;
  /// Converted element by element; floating to integer truncates, saturating at the type's ends; this tensor
  /// itself if the dtype is the same.
  Tensor to(DType dtype) const;
  /// The same elements in another layout; this tensor itself if the layout is the same and dense.
  Tensor to(Layout layout) const;
  /// A row-major contiguous twin, made once a version; this tensor itself where it already is one.
  Tensor plain() const;
  /// Overwrites the elements with those of `source`, of the same shape, converting dtype and layout.
  void copy_from(const Tensor& source);

  const std::shared_ptr<AutogradMeta>& autograd() const { return autograd_; }
  void set_autograd(std::shared_ptr<AutogradMeta> meta) { autograd_ = std::move(meta); }

 private:
  void check_dtype(DType expected) const;
  void check_access(DType expected) const;
  void check_view(const char* what) const;
  Tensor view(const Shape& shape, const Strides& strides, std::int64_t offset) const;

  std::shared_ptr<Storage> storage_;
  std::shared_ptr<AutogradMeta> autograd_;
  Shape shape_;
  Strides strides_;
  std::int64_t offset_ = 0;
  TensorOptions options_;
};

template <class T>
Tensor Tensor::from(std::span<const T> values, const Shape& shape) {
  require<ShapeError>(static_cast<std::int64_t>(values.size()) == mammo::numel(shape), values.size(),
                      " values for shape ", shape, ", expected ", mammo::numel(shape));
  Tensor result = empty(shape, {.dtype = dtype_of<T>});
  std::copy(values.begin(), values.end(), result.mutable_data<T>().begin());
  return result;
}

template <class T>
T Tensor::item() const {
  require<ShapeError>(defined() && numel() == 1, "item() of shape ", shape_, ", expected one element");
  return plain().data<T>()[0];
}

/// dtype, shape, layout and device: `f32 [1, 3, 800, 448] row_major cpu`.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

} // namespace mammo
