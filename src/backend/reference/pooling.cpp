#include "backend/reference/reference.hpp"

#include <limits>

namespace mammo::reference {
namespace {

// The largest and the sum of the pixels that a window has seen.
struct Seen {
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0;
  std::int64_t count = 0;

  void add(double value) {
    largest = larger(largest, value);
    sum += value;
    ++count;
  }
};

// Calls write(plane, row, column) for every output pixel, planes being the channels of all pictures.
template <class F>
void for_each_pixel(const Shape& out, F write) {
  for (std::int64_t plane = 0; plane < out[0] * out[1]; ++plane) {
    for (std::int64_t row = 0; row < out[2]; ++row) {
      for (std::int64_t column = 0; column < out[3]; ++column) write(plane, row, column);
    }
  }
}

} // namespace

void compute(const Pool2d& op, Inputs inputs, Outputs outputs) {
  const std::int64_t height = inputs[0].size(2);
  const std::int64_t width = inputs[0].size(3);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    for_each_pixel(outputs[0].shape(), [&](std::int64_t plane, std::int64_t row, std::int64_t column) {
      Seen seen;
      for (std::int64_t i = 0; i < op.kernel.height; ++i) {
        const std::int64_t h = row * op.stride.height - op.padding.height + i * op.dilation.height;
        if (h < 0 || h >= height) continue;
        for (std::int64_t j = 0; j < op.kernel.width; ++j) {
          const std::int64_t w = column * op.stride.width - op.padding.width + j * op.dilation.width;
          if (w >= 0 && w < width) seen.add(x[(plane * height + h) * width + w]);
        }
      }
      const std::int64_t divisor =
          op.count_padding ? op.kernel.height * op.kernel.width : std::max<std::int64_t>(seen.count, 1);
      *y++ =
          static_cast<T>(op.kind == PoolKind::max ? seen.largest : seen.sum / static_cast<double>(divisor));
    });
  });
}

void compute(const AdaptivePool2d& op, Inputs inputs, Outputs outputs) {
  const std::int64_t height = inputs[0].size(2);
  const std::int64_t width = inputs[0].size(3);
  const auto begin_of = [](std::int64_t i, std::int64_t size, std::int64_t cells) {
    return i * size / cells;
  };
  const auto end_of = [](std::int64_t i, std::int64_t size, std::int64_t cells) {
    return ((i + 1) * size + cells - 1) / cells;
  };
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    for_each_pixel(outputs[0].shape(), [&](std::int64_t plane, std::int64_t row, std::int64_t column) {
      Seen seen;
      for (auto h = begin_of(row, height, op.output.height); h < end_of(row, height, op.output.height); ++h) {
        for (auto w = begin_of(column, width, op.output.width); w < end_of(column, width, op.output.width);
             ++w) {
          seen.add(x[(plane * height + h) * width + w]);
        }
      }
      *y++ = static_cast<T>(op.kind == PoolKind::max ? seen.largest
                                                     : seen.sum / static_cast<double>(seen.count));
    });
  });
}

} // namespace mammo::reference
