#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cstring>

namespace mammo::cpu {
namespace {

// Sizes in the order in which a layout stores them, and where dimension `dim` went.
struct StoredSizes {
  Dims sizes;
  int dim;

  StoredSizes(const Shape& shape, Layout layout, int logical_dim) : sizes(shape), dim(logical_dim) {
    if (layout == Layout::row_major) return;
    if (layout == Layout::channels_last) {
      sizes = {shape[0], shape[2], shape[3], shape[1]};
      dim = logical_dim == 0 ? 0 : (logical_dim == 1 ? 3 : logical_dim - 1);
      return;
    }
    const std::int64_t block = block_size(layout);
    sizes = {shape[0], (shape[1] + block - 1) / block, shape[2], shape[3], block};
  }

  std::int64_t product(int first, int last) const {
    std::int64_t count = 1;
    for (int d = first; d < last; ++d) count *= sizes[d];
    return count;
  }
};

void copy(float* to, const float* from, std::int64_t count) {
  std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

} // namespace

// Each tensor gives a run of memory to each row of the result. Channels in blocks join only where all tensors
// but the last end with a full block.
PlanPointer plan(const Concat& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const Layout layout = signature.inputs[0].layout;
  outputs[0].layout = layout;
  struct Part {
    std::int64_t length;
    std::int64_t offset;
  };
  std::vector<Part> parts;
  std::int64_t row = 0;
  std::int64_t rows = 1;
  for (const TensorSpec& input : signature.inputs) {
    if (input.layout != layout) return nullptr;
    const bool last = &input == &signature.inputs.back();
    if (op.dim == 1 && !last && input.shape[1] % block_size(layout) != 0) return nullptr;
    const StoredSizes stored(input.shape, layout, op.dim);
    parts.push_back({stored.product(stored.dim, stored.sizes.rank()), row});
    row += parts.back().length;
    rows = stored.product(0, stored.dim);
  }
  const auto count = static_cast<std::int64_t>(parts.size());
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    float* y = results[0].mutable_raw<float>();
    parallel_for(0, rows * count, elementwise_grain * count / row + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     const auto index = static_cast<std::size_t>(i % count);
                     const Part& part = parts[index];
                     copy(y + i / count * row + part.offset,
                          inputs[index].raw<float>() + i / count * part.length, part.length);
                   }
                 });
  });
}

PlanPointer plan(const Pad& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (signature.inputs[0].layout != Layout::row_major || outputs[0].shape.rank() == 0) return nullptr;
  const Shape from = signature.inputs[0].shape;
  const Shape to = outputs[0].shape;
  const int rank = to.rank();
  return make_plan(std::move(outputs), [=, before = op.before, value = static_cast<float>(op.value)](
                                           std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* x = inputs[0].raw<float>();
    float* y = results[0].mutable_raw<float>();
    const std::int64_t row = to[-1];
    parallel_for(0, numel(to) / row, elementwise_grain / row + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        std::int64_t rest = i;
        std::int64_t source = 0;
        std::int64_t stride = from[-1];
        bool inside = true;
        for (int d = rank - 2; d >= 0; --d) {
          const std::int64_t index = rest % to[d] - before[d];
          rest /= to[d];
          inside = inside && index >= 0 && index < from[d];
          source += index * stride;
          stride *= from[d];
        }
        float* out = y + i * row;
        if (!inside) {
          std::fill_n(out, row, value);
          continue;
        }
        std::fill_n(out, before[-1], value);
        copy(out + before[-1], x + source, from[-1]);
        std::fill(out + before[-1] + from[-1], out + row, value);
      }
    });
  });
}

} // namespace mammo::cpu
