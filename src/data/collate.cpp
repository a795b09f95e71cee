#include "mammo/data/collate.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>

namespace mammo::data {
namespace {

Shape batch_of(std::size_t count, const Shape& shape) {
  Shape batch{static_cast<std::int64_t>(count)};
  for (const std::int64_t size : shape) batch.push_back(size);
  return batch;
}

void check_dtypes(std::span<const Tensor> tensors) {
  require<ShapeError>(!tensors.empty(), "a batch of no tensors");
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    require<TypeError>(tensors[i].defined(), "tensor ", i, " of the batch is undefined");
    require<TypeError>(tensors[i].dtype() == tensors[0].dtype(), "tensor ", i, " of the batch is of ",
                       tensors[i].dtype(), ", expected ", tensors[0].dtype(), " as the first");
  }
}

std::int64_t rounded_up(std::int64_t size, std::int64_t multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

} // namespace

Tensor stack(std::span<const Tensor> tensors) {
  check_dtypes(tensors);
  const Shape& shape = tensors[0].shape();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    require<ShapeError>(tensors[i].shape() == shape, "tensor ", i, " of the batch has shape ",
                        tensors[i].shape(), ", expected ", shape, " as the first");
  }
  const Tensor batch = Tensor::empty(batch_of(tensors.size(), shape), {.dtype = tensors[0].dtype()});
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    batch.select(0, static_cast<std::int64_t>(i)).copy_from(tensors[i].plain());
  }
  return batch;
}

Tensor stack_padded(std::span<const Tensor> pictures, const PaddingOptions& options) {
  require<ArgumentError>(options.multiple >= 1, "padding to a multiple of ", options.multiple,
                         ", expected at least 1");
  check_dtypes(pictures);
  Shape largest = pictures[0].shape();
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    Shape shape = pictures[i].shape();
    require<ShapeError>(shape.rank() >= 2, "picture ", i, " of the batch has shape ", shape,
                        ", expected [..., H, W]");
    require<ShapeError>(shape.rank() == largest.rank() &&
                            std::equal(shape.begin(), shape.end() - 2, largest.begin()),
                        "picture ", i, " of the batch has shape ", shape, ", expected ", pictures[0].shape(),
                        " as the first but for height and width");
    for (const int d : {-2, -1}) largest[d] = std::max(largest[d], shape[d]);
  }
  for (const int d : {-2, -1}) largest[d] = rounded_up(largest[d], options.multiple);

  const Tensor batch =
      Tensor::full(batch_of(pictures.size(), largest), options.value, {.dtype = pictures[0].dtype()});
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Tensor& picture = pictures[i];
    batch.select(0, static_cast<std::int64_t>(i))
        .slice(-2, 0, picture.size(-2))
        .slice(-1, 0, picture.size(-1))
        .copy_from(picture.plain());
  }
  return batch;
}

} // namespace mammo::data
