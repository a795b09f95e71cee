#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace mammo::cpu {
namespace {

std::int64_t checked(std::string_view operation, std::int64_t index, std::int64_t bound) {
  require<ArgumentError>(index >= 0 && index < bound, operation, ": index ", index,
                         ", expected at least 0 and below ", bound);
  return index;
}

// How an index tensor points into a row-major tensor along dimension `dim`: in rows of its last dimension.
struct Pointers {
  Shape index;
  Strides strides; // of the tensor pointed into
  int dim;
  std::int64_t bound;
  std::int64_t row; // length
  std::int64_t rows;
  std::int64_t dim_stride;
  std::int64_t column_stride; // 0 where `dim` is the last: its place is the index itself

  Pointers(const Shape& index_shape, const Shape& pointed, int along)
      : index(index_shape),
        strides(row_major_strides(pointed)),
        dim(along),
        bound(pointed[along]),
        row(index_shape[-1]),
        rows(numel(index_shape) / row),
        dim_stride(strides[along]),
        column_stride(along == pointed.rank() - 1 ? 0 : 1) {}

  /// Where row i points to with an index of 0 in its first column.
  std::int64_t offset(std::int64_t i) const {
    std::int64_t at = 0;
    for (int d = index.rank() - 2; d >= 0; --d) {
      if (d != dim) at += i % index[d] * strides[d];
      i /= index[d];
    }
    return at;
  }

  std::int64_t at(std::string_view operation, std::int64_t offset, std::int64_t column,
                  std::int64_t pointer) const {
    return offset + checked(operation, pointer, bound) * dim_stride + column * column_stride;
  }
};

} // namespace

PlanPointer plan(const Gather& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  for (const TensorSpec& input : signature.inputs) {
    if (input.layout != Layout::row_major) return nullptr;
  }
  const Pointers pointers(outputs[0].shape, signature.inputs[0].shape, op.dim);
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* x = inputs[0].raw<float>();
    const auto* index = inputs[1].raw<std::int64_t>();
    float* y = results[0].mutable_raw<float>();
    const std::int64_t row = pointers.row;
    parallel_for(0, pointers.rows, elementwise_grain / row + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t offset = pointers.offset(i);
        for (std::int64_t j = 0; j < row; ++j) {
          y[i * row + j] = x[pointers.at(Gather::name, offset, j, index[i * row + j])];
        }
      }
    });
  });
}

// Slices before dimension `dim` do not meet, so that they are what threads share out; within a slice elements
// are added in their order.
PlanPointer plan(const ScatterAdd& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  for (const TensorSpec& input : signature.inputs) {
    if (input.layout != Layout::row_major) return nullptr;
  }
  const Shape& index_shape = signature.inputs[1].shape;
  const Pointers pointers(index_shape, op.shape, op.dim);
  std::int64_t slices = 1;
  for (int d = 0; d < op.dim; ++d) slices *= index_shape[d];
  // A slice of a last dimension is one row.
  const std::int64_t slice_rows = std::max<std::int64_t>(pointers.rows / slices, 1);
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* g = inputs[0].raw<float>();
    const auto* index = inputs[1].raw<std::int64_t>();
    float* y = results[0].mutable_raw<float>();
    parallel_for(0, results[0].numel(), elementwise_grain,
                 [&](std::int64_t begin, std::int64_t end) { std::fill(y + begin, y + end, 0.0F); });
    const std::int64_t row = pointers.row;
    const std::int64_t grain = elementwise_grain / (row * slice_rows) + 1;
    parallel_for(0, slices, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin * slice_rows; i < end * slice_rows; ++i) {
        const std::int64_t offset = pointers.offset(i);
        for (std::int64_t j = 0; j < row; ++j) {
          y[pointers.at(ScatterAdd::name, offset, j, index[i * row + j])] += g[i * row + j];
        }
      }
    });
  });
}

PlanPointer plan(const Embedding&, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (signature.inputs[1].layout != Layout::row_major) return nullptr;
  const std::int64_t rows = signature.inputs[0].shape[0];
  const std::int64_t width = signature.inputs[0].shape[1];
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* x = inputs[0].raw<float>();
    const auto* index = inputs[1].raw<std::int64_t>();
    float* y = results[0].mutable_raw<float>();
    parallel_for(0, inputs[1].numel(), elementwise_grain / width + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     const float* from = x + checked(Embedding::name, index[i], rows) * width;
                     std::memcpy(y + i * width, from, static_cast<std::size_t>(width) * sizeof(float));
                   }
                 });
  });
}

// The places of every row in the index are collected first, in order; then rows are summed independently.
PlanPointer plan(const EmbeddingGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  for (const TensorSpec& input : signature.inputs) {
    if (input.layout != Layout::row_major) return nullptr;
  }
  const std::int64_t width = outputs[0].shape[1];
  return make_plan(std::move(outputs), [=, rows = op.rows](std::span<const Tensor> inputs,
                                                           std::span<Tensor> results) {
    const float* g = inputs[0].raw<float>();
    const auto* index = inputs[1].raw<std::int64_t>();
    const std::int64_t count = inputs[1].numel();
    float* y = results[0].mutable_raw<float>();
    std::vector<std::int64_t> ends(static_cast<std::size_t>(rows) + 1);
    const auto end_of = [&](std::int64_t row) -> std::int64_t& {
      return ends[static_cast<std::size_t>(row)];
    };
    for (std::int64_t i = 0; i < count; ++i) ++end_of(checked(EmbeddingGradient::name, index[i], rows) + 1);
    for (std::int64_t row = 0; row < rows; ++row) end_of(row + 1) += end_of(row);
    std::vector<std::int64_t> places(static_cast<std::size_t>(count));
    // Afterwards end_of(row) is what its name says.
    for (std::int64_t i = 0; i < count; ++i) places[static_cast<std::size_t>(end_of(index[i])++)] = i;
    const std::int64_t grain = elementwise_grain * rows / (width * (count + rows)) + 1;
    parallel_for(0, rows, grain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<double> sums(static_cast<std::size_t>(width));
      for (std::int64_t row = begin; row < end; ++row) {
        std::ranges::fill(sums, 0.0);
        for (std::int64_t k = row == 0 ? 0 : end_of(row - 1); k < end_of(row); ++k) {
          vector_kernels().accumulate(sums.data(), g + places[static_cast<std::size_t>(k)] * width, width);
        }
        std::ranges::transform(sums, y + row * width, [](double sum) { return static_cast<float>(sum); });
      }
    });
  });
}

} // namespace mammo::cpu
