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

} // namespace mammo::reference
