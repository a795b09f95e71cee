#include "backend/reference/reference.hpp"
#include "mammo/core/threads.hpp"

namespace mammo::reference {

// Each matrix by itself, a row of the result at a time. A transposed factor is read with its strides swapped.
void compute(const MatMul& op, Inputs inputs, Outputs outputs) {
  const std::int64_t rows = outputs[0].size(-2);
  const std::int64_t columns = outputs[0].size(-1);
  const std::int64_t length = inputs[0].size(op.transpose_a ? -2 : -1);
  const std::int64_t all_rows = columns == 0 ? 0 : outputs[0].numel() / columns;
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* a = inputs[0].data<T>().data();
    const T* b = inputs[1].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    parallel_for(0, all_rows, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t row = i % rows;
        const T* left = a + i / rows * rows * length;
        const T* right = b + i / rows * length * columns;
        for (std::int64_t column = 0; column < columns; ++column) {
          double sum = 0;
          for (std::int64_t k = 0; k < length; ++k) {
            sum += static_cast<double>(left[op.transpose_a ? k * rows + row : row * length + k]) *
                   right[op.transpose_b ? column * length + k : k * columns + column];
          }
          y[i * columns + column] = static_cast<T>(sum);
        }
      }
    });
  });
}

} // namespace mammo::reference
