#include "backend/reference/reference.hpp"
#include "mammo/core/random.hpp"

namespace mammo::reference {
namespace {

std::uint32_t low(std::int64_t bits) {
  return static_cast<std::uint32_t>(bits);
}
std::uint32_t high(std::int64_t bits) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(bits) >> 32);
}

} // namespace

// Whether an element is dropped depends on its place and the seed alone, so that its gradient can ask again.
void compute(const Dropout& op, Inputs inputs, Outputs outputs) {
  const auto seed = inputs[1].data<std::int64_t>();
  const double bound = op.probability * 0x1p32;
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto x = inputs[0].data<T>();
    const auto y = outputs[0].mutable_data<T>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto block = static_cast<std::int64_t>(i / 4);
      const auto words =
          philox4x32({low(block), high(block), low(seed[1]), high(seed[1])}, {low(seed[0]), high(seed[0])});
      y[i] = words[i % 4] < bound ? T{0} : static_cast<T>(x[i] / (1 - op.probability));
    }
  });
}

} // namespace mammo::reference
