#include "backend/reference/reference.hpp"

namespace mammo::reference {
namespace {

std::int64_t checked(std::string_view operation, std::int64_t index, std::int64_t bound) {
  require<ArgumentError>(index >= 0 && index < bound, operation, ": index ", index,
                         ", expected at least 0 and below ", bound);
  return index;
}

// Calls move(i, offset) for every element i of `index` with the offset in a tensor of `shape` that the index
// points to.
template <class F>
void for_each_pointed(std::string_view operation, const Tensor& index, int dim, const Shape& shape, F move) {
  if (index.numel() == 0) return;
  const Strides strides = row_major_strides(shape);
  Dims at = Dims::filled(shape.rank(), 0);
  std::int64_t i = 0;
  for (const std::int64_t pointed : index.data<std::int64_t>()) {
    Dims target = at;
    target[dim] = checked(operation, pointed, shape[dim]);
    move(i++, offset_of(target, strides));
    advance(at, index.shape());
  }
}

} // namespace

void compute(const Gather& op, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    for_each_pointed(Gather::name, inputs[1], op.dim, inputs[0].shape(),
                     [&](std::int64_t i, std::int64_t from) { y[i] = x[from]; });
  });
}

void compute(const ScatterAdd& op, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* g = inputs[0].data<T>().data();
    const auto y = outputs[0].mutable_data<T>();
    std::vector<double> sums(y.size());
    for_each_pointed(ScatterAdd::name, inputs[1], op.dim, op.shape,
                     [&](std::int64_t i, std::int64_t to) { sums[static_cast<std::size_t>(to)] += g[i]; });
    std::ranges::transform(sums, y.begin(), [](double sum) { return static_cast<T>(sum); });
  });
}

void compute(const Embedding&, Inputs inputs, Outputs outputs) {
  const std::int64_t rows = inputs[0].size(0);
  const std::int64_t width = inputs[0].size(1);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    for (const std::int64_t index : inputs[1].data<std::int64_t>()) {
      y = std::copy_n(x + checked(Embedding::name, index, rows) * width, width, y);
    }
  });
}

void compute(const EmbeddingGradient& op, Inputs inputs, Outputs outputs) {
  const std::int64_t width = outputs[0].size(1);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* g = inputs[0].data<T>().data();
    const auto y = outputs[0].mutable_data<T>();
    std::vector<double> sums(y.size());
    for (const std::int64_t index : inputs[1].data<std::int64_t>()) {
      double* row = sums.data() + checked(EmbeddingGradient::name, index, op.rows) * width;
      for (std::int64_t i = 0; i < width; ++i) row[i] += *g++;
    }
    std::ranges::transform(sums, y.begin(), [](double sum) { return static_cast<T>(sum); });
  });
}

} // namespace mammo::reference
