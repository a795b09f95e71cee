#include "backend/reference/order.hpp"
#include "backend/reference/reference.hpp"

namespace mammo::reference {

void compute(const TopK& op, Inputs inputs, Outputs outputs) {
  const std::int64_t length = inputs[0].size(-1);
  const std::int64_t lines = length == 0 ? 0 : inputs[0].numel() / length;
  const auto chosen = outputs[1].mutable_data<std::int64_t>();
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto values = outputs[0].mutable_data<T>();
    for (std::int64_t line = 0; line < lines; ++line) {
      const T* x = inputs[0].data<T>().data() + line * length;
      auto order = indices(length);
      std::ranges::sort(order, LargerFirst<T>{x});
      for (std::int64_t i = 0; i < op.k; ++i) {
        const auto to = static_cast<std::size_t>(line * op.k + i);
        chosen[to] = order[static_cast<std::size_t>(i)];
        values[to] = x[chosen[to]];
      }
    }
  });
}

void compute(const ArgMax& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = inputs[0].shape();
  const std::int64_t length = shape[op.dim];
  std::int64_t step = 1; // between neighbours along the dimension
  for (int d = op.dim + 1; d < shape.rank(); ++d) step *= shape[d];
  const auto y = outputs[0].mutable_data<std::int64_t>();
  visit_real(inputs[0].dtype(), [&]<class T>() {
    std::vector<T> values(static_cast<std::size_t>(length));
    for (std::size_t line = 0; line < y.size(); ++line) {
      const auto at = static_cast<std::int64_t>(line);
      const T* x = inputs[0].data<T>().data() + at / step * step * length + at % step;
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = x[static_cast<std::int64_t>(i) * step];
      y[line] = std::ranges::min(indices(length), LargerFirst<T>{values.data()});
    }
  });
}

} // namespace mammo::reference
