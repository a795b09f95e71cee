#include "mammo/core/tensor.hpp"

#include "mammo/core/threads.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace mammo {
namespace {

template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<From, float16> || std::is_same_v<From, bfloat16>) {
    return convert<To>(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, float16> || std::is_same_v<To, bfloat16>) {
    return To(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    using Limits = std::numeric_limits<To>;
    if (std::isnan(value)) return 0;
    if (value <= static_cast<From>(Limits::min())) return Limits::min();
    if (value >= static_cast<From>(Limits::max())) return Limits::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

// Calls f(offset_a, offset_b, length, step_a, step_b) for each run along the last dimension.
template <class F>
void for_each_run(const Shape& shape, const Strides& a, const Strides& b, F f) {
  const int rank = shape.rank();
  if (numel(shape) == 0) return;
  if (rank == 0) {
    f(std::int64_t{0}, std::int64_t{0}, std::int64_t{1}, std::int64_t{1}, std::int64_t{1});
    return;
  }
  Dims index = Dims::filled(rank, 0);
  std::int64_t offset_a = 0;
  std::int64_t offset_b = 0;
  while (true) {
    f(offset_a, offset_b, shape[-1], a[-1], b[-1]);
    int d = rank - 2;
    for (; d >= 0; --d) {
      offset_a += a[d];
      offset_b += b[d];
      if (++index[d] < shape[d]) break;
      offset_a -= a[d] * shape[d];
      offset_b -= b[d] * shape[d];
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

template <class To, class From>
void copy_run(To* to, const From* from, std::int64_t length, std::int64_t to_step, std::int64_t from_step) {
  if constexpr (std::is_same_v<To, From>) {
    if (to_step == 1 && from_step == 1) {
      std::memcpy(to, from, static_cast<std::size_t>(length) * sizeof(To));
      return;
    }
  }
  for (std::int64_t i = 0; i < length; ++i) to[i * to_step] = convert<To>(from[i * from_step]);
}

// Offset of [n, c, h, 0] and the step between neighbours along w.
struct RowAt {
  std::int64_t offset;
  std::int64_t step;
};

RowAt row_at(const Tensor& t, std::int64_t n, std::int64_t c, std::int64_t h) {
  if (t.layout() == Layout::row_major) {
    const Strides& s = t.strides();
    return {n * s[0] + c * s[1] + h * s[2], s[3]};
  }
  const std::int64_t step = t.layout() == Layout::channels_last ? t.size(1) : block_size(t.layout());
  return {storage_offset(t.shape(), t.layout(), n, c, h, 0), step};
}

template <class To, class From>
void copy_elements(Tensor& to, const Tensor& from) {
  To* out = to.mutable_raw<To>();
  const From* in = from.raw<From>();
  if (to.layout() == Layout::row_major && from.layout() == Layout::row_major) {
    // Rows may be as short as one element: the weights of a 1x1 convolution.
    if (to.is_contiguous() && from.is_contiguous()) {
      copy_run(out, in, to.numel(), 1, 1);
      return;
    }
    for_each_run(to.shape(), to.strides(), from.strides(),
                 [&](std::int64_t a, std::int64_t b, std::int64_t length, std::int64_t to_step,
                     std::int64_t from_step) { copy_run(out + a, in + b, length, to_step, from_step); });
    return;
  }
  const Shape& shape = to.shape();
  const std::int64_t stored = storage_numel(shape, to.layout());
  if (stored != numel(shape))
    std::memset(static_cast<void*>(out), 0, static_cast<std::size_t>(stored) * sizeof(To));
  const std::int64_t plane = shape[2] * shape[3];
  parallel_for(0, shape[0] * shape[1], plane == 0 ? 1 : 32768 / plane + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   for (std::int64_t h = 0; h < shape[2]; ++h) {
                     const RowAt target = row_at(to, i / shape[1], i % shape[1], h);
                     const RowAt source = row_at(from, i / shape[1], i % shape[1], h);
                     copy_run(out + target.offset, in + source.offset, shape[3], target.step, source.step);
                   }
                 }
               });
}

std::int64_t normalized(const Shape& shape, int d, std::int64_t index) {
  return index < 0 ? index + shape[d] : index;
}

} // namespace

Tensor Tensor::empty(const Shape& shape, const TensorOptions& options) {
  const auto count = static_cast<std::size_t>(storage_numel(shape, options.layout));
  const std::size_t limit = std::numeric_limits<std::size_t>::max() / size_of(options.dtype);
  require<OutOfMemory>(count <= limit, "cannot allocate shape ", shape, " of ", options.dtype);
  return over(std::make_shared<Storage>(count * size_of(options.dtype), options.device), shape, options);
}

Tensor Tensor::zeros(const Shape& shape, const TensorOptions& options) {
  Tensor result = empty(shape, options);
  std::memset(result.storage_->mutable_data(), 0, result.storage_->bytes());
  return result;
}

Tensor Tensor::full(const Shape& shape, double value, const TensorOptions& options) {
  Tensor one = empty({}, {.dtype = options.dtype});
  visit_dtype(options.dtype, [&]<class T>() { one.mutable_data<T>()[0] = convert<T>(value); });
  Tensor result = empty(shape, options);
  if (shape.rank() == 0) {
    result.copy_from(one);
  } else {
    result.copy_from(one.reshape(Dims::filled(shape.rank(), 1)).expand(shape));
  }
  return result;
}

Tensor Tensor::over(std::shared_ptr<Storage> storage, const Shape& shape, const TensorOptions& options,
                    std::int64_t offset) {
  require<TypeError>(storage != nullptr, "a tensor over no storage");
  const std::int64_t count = storage_numel(shape, options.layout);
  const auto available = static_cast<std::int64_t>(storage->bytes() / size_of(options.dtype));
  require<ShapeError>(offset >= 0 && offset <= available && count <= available - offset, "shape ", shape,
                      " of ", options.dtype, " at offset ", offset, " reaches past a storage of ",
                      storage->bytes(), " bytes");
  Tensor result;
  result.storage_ = std::move(storage);
  result.shape_ = shape;
  result.strides_ = row_major_strides(shape);
  result.offset_ = offset;
  result.options_ = options;
  return result;
}

bool Tensor::is_contiguous() const {
  if (layout() != Layout::row_major) return false;
  if (numel() == 0) return true;
  std::int64_t dense = 1;
  for (int d = rank() - 1; d >= 0; --d) {
    if (shape_[d] != 1 && strides_[d] != dense) return false;
    dense *= shape_[d];
  }
  return true;
}

void Tensor::check_dtype(DType expected) const {
  require<TypeError>(defined(), "undefined tensor");
  require<TypeError>(dtype() == expected, "elements of ", dtype(), " read as ", expected);
}

void Tensor::check_access(DType expected) const {
  check_dtype(expected);
  require<TypeError>(device().type == DeviceType::cpu, "elements on ", device(), " read on the cpu");
  require<ShapeError>(is_contiguous(), "data() of a tensor that is not contiguous row_major (", *this,
                      "); use plain()");
}

void Tensor::check_view(const char* what) const {
  require<TypeError>(defined(), what, " of an undefined tensor");
  require<TypeError>(layout() == Layout::row_major, what, " of a ", layout(),
                     " tensor, expected row_major; use plain()");
  require<TypeError>(autograd_ == nullptr, what,
                     " of a tensor that records gradients; use the differentiable view of ops");
}

Tensor Tensor::view(const Shape& shape, const Strides& strides, std::int64_t offset) const {
  Tensor result = *this;
  result.shape_ = shape;
  result.strides_ = strides;
  result.offset_ = offset;
  return result;
}

Tensor Tensor::reshape(const Shape& shape) const {
  check_view("reshape");
  Shape target = shape;
  int unknown = -1;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] != -1) continue;
    require<ShapeError>(unknown < 0, "reshape to ", shape, " has more than one -1");
    unknown = d;
    target[d] = 1;
  }
  if (unknown >= 0) {
    const std::int64_t known = mammo::numel(target);
    require<ShapeError>(known > 0 && numel() % known == 0, "reshape of ", shape_, " to ", shape);
    target[unknown] = numel() / known;
  }
  require<ShapeError>(mammo::numel(target) == numel(), "reshape of ", shape_, " to ", shape, ": ", numel(),
                      " elements, expected ", mammo::numel(target));
  require<ShapeError>(is_contiguous(), "reshape of a view that is not contiguous; call contiguous() first");
  return view(target, row_major_strides(target), offset_);
}

Tensor Tensor::permute(const Dims& order) const {
  check_view("permute");
  require<ShapeError>(order.rank() == rank(), "permute of ", shape_, " by ", order);
  Shape shape = shape_;
  Strides strides = strides_;
  unsigned seen = 0;
  for (int d = 0; d < rank(); ++d) {
    const bool in_range = order[d] >= 0 && order[d] < rank();
    const int from = in_range ? static_cast<int>(order[d]) : 0;
    require<ShapeError>(in_range && (seen >> from & 1u) == 0, "permute of ", shape_, " by ", order,
                        ", expected each dimension once");
    seen |= 1u << from;
    shape[d] = shape_[from];
    strides[d] = strides_[from];
  }
  return view(shape, strides, offset_);
}

Tensor Tensor::transpose(int a, int b) const {
  check_view("transpose");
  Shape shape = shape_;
  Strides strides = strides_;
  std::swap(shape[a], shape[b]);
  std::swap(strides[a], strides[b]);
  return view(shape, strides, offset_);
}

Tensor Tensor::slice(int d, std::int64_t start, std::int64_t stop, std::int64_t step) const {
  check_view("slice");
  const std::int64_t first = normalized(shape_, d, start);
  const std::int64_t last = normalized(shape_, d, stop);
  require<ShapeError>(0 <= first && first <= last && last <= shape_[d] && step > 0, "slice ", start, " to ",
                      stop, " by ", step, " of dimension ", d, " of ", shape_);
  Shape shape = shape_;
  Strides strides = strides_;
  shape[d] = (last - first) / step + ((last - first) % step > 0 ? 1 : 0);
  if (shape[d] > 1) strides[d] = strides_[d] * step;
  return view(shape, strides, shape[d] == 0 ? offset_ : offset_ + first * strides_[d]);
}

Tensor Tensor::select(int d, std::int64_t index) const {
  check_view("select");
  const std::int64_t at = normalized(shape_, d, index);
  require<ShapeError>(at >= 0 && at < shape_[d], "index ", index, " of dimension ", d, " of ", shape_);
  return slice(d, at, at + 1).squeeze(d);
}

Tensor Tensor::unsqueeze(int d) const {
  check_view("unsqueeze");
  require<ShapeError>(d >= -rank() - 1 && d <= rank(), "unsqueeze at ", d, " of ", shape_);
  const int at = d < 0 ? d + rank() + 1 : d;
  Shape shape;
  Strides strides;
  for (int i = 0; i <= rank(); ++i) {
    if (i == at) {
      shape.push_back(1);
      strides.push_back(i < rank() ? strides_[i] * shape_[i] : 1);
    }
    if (i < rank()) {
      shape.push_back(shape_[i]);
      strides.push_back(strides_[i]);
    }
  }
  return view(shape, strides, offset_);
}

Tensor Tensor::squeeze(int d) const {
  check_view("squeeze");
  require<ShapeError>(shape_[d] == 1, "squeeze of dimension ", d, " of ", shape_, ", expected size 1");
  const int at = d < 0 ? d + rank() : d;
  Shape shape;
  Strides strides;
  for (int i = 0; i < rank(); ++i) {
    if (i == at) continue;
    shape.push_back(shape_[i]);
    strides.push_back(strides_[i]);
  }
  return view(shape, strides, offset_);
}

Tensor Tensor::expand(const Shape& shape) const {
  check_view("expand");
  require<ShapeError>(shape.rank() >= rank(), "expand of ", shape_, " to ", shape);
  mammo::numel(shape); // throws on sizes that no tensor can have
  Strides strides = Dims::filled(shape.rank(), 0);
  for (int d = 1; d <= rank(); ++d) {
    require<ShapeError>(shape_[-d] == shape[-d] || shape_[-d] == 1, "expand of ", shape_, " to ", shape);
    strides[-d] = shape_[-d] == shape[-d] ? strides_[-d] : 0;
  }
  return view(shape, strides, offset_);
}

Tensor Tensor::detached() const {
  Tensor result = *this;
  result.autograd_ = nullptr;
  return result;
}

Tensor Tensor::contiguous() const {
  return is_contiguous() ? detached() : clone();
}

Tensor Tensor::clone() const {
  require<TypeError>(defined(), "clone of an undefined tensor");
  Tensor result = empty(shape_, options_);
  result.copy_from(*this);
  return result;
}

Tensor Tensor::to(DType dtype) const {
  require<TypeError>(defined(), "conversion of an undefined tensor");
  if (dtype == this->dtype()) return detached();
  Tensor result = empty(shape_, {dtype, layout(), device()});
  result.copy_from(*this);
  return result;
}

Tensor Tensor::to(Layout layout) const {
  require<TypeError>(defined(), "conversion of an undefined tensor");
  if (layout == this->layout() && (layout != Layout::row_major || is_contiguous())) return detached();
  Tensor result = empty(shape_, {dtype(), layout, device()});
  result.copy_from(*this);
  return result;
}

Tensor Tensor::plain() const {
  require<TypeError>(defined(), "plain() of an undefined tensor");
  if (is_contiguous()) return detached();
  if (layout() == Layout::row_major) return clone();
  struct Twin {
    Tensor tensor;
    StorageStamp made;
  };
  const StorageStamp now = stamp();
  const auto twin = storage_->derived<Twin>(concat("plain ", offset_, ' ', *this), {&now, 1}, [&] {
    const Tensor copy = to(Layout::row_major);
    return std::make_shared<const Twin>(Twin{copy, copy.stamp()});
  });
  // The twin is handed out, and somebody may have written to it since.
  return twin->tensor.stamp() == twin->made ? twin->tensor : to(Layout::row_major);
}

void Tensor::copy_from(const Tensor& source) {
  require<TypeError>(defined() && source.defined(), "copy_from with an undefined tensor");
  require<ShapeError>(shape_ == source.shape_, "copy_from shape ", source.shape_, ", expected ", shape_);
  // Views of one storage may overlap.
  if (storage_ == source.storage_) return copy_from(source.clone());
  visit_dtype(dtype(), [&]<class To>() {
    visit_dtype(source.dtype(), [&]<class From>() { copy_elements<To, From>(*this, source); });
  });
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  if (!tensor.defined()) return out << "undefined";
  return out << tensor.dtype() << ' ' << tensor.shape() << ' ' << tensor.layout() << ' ' << tensor.device();
}

} // namespace mammo
