// Lesson 1, tensors: a Tensor is a handle to counted memory. What is shared and what is copied, what layouts
// are and why kernels want them, how memory is counted, and what a mistake says.
#include "mammo/core/memory.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/ops/elementwise.hpp"

#include <iostream>
#include <numeric>

using namespace mammo;

int main() {
  // Two pictures of three channels, 4 x 5 pixels, numbered through: shape [N, C, H, W].
  Tensor x = Tensor::empty({2, 3, 4, 5});
  const auto elements = x.mutable_data<float>();
  std::iota(elements.begin(), elements.end(), 0.0F);
  std::cout << x << ", strides " << x.strides() << '\n';

  // An element's place in memory is the sum of index times stride. Row 3, column 1 of channel 2 of picture 1:
  std::cout << "element (1, 2, 3, 1) is number " << 1 * 60 + 2 * 20 + 3 * 5 + 1 * 1 << ": "
            << x.select(0, 1).select(0, 2).select(0, 3).select(0, 1).item<float>() << '\n';

  // Views look at the same memory with other shapes and strides. Nothing is copied until somebody asks.
  const Tensor corner = x.slice(2, 0, 2).slice(3, 0, 5, 2); // rows 0 and 1, columns 0, 2 and 4
  std::cout << "a view: " << corner << ", strides " << corner.strides()
            << (corner.storage() == x.storage() ? ", the same memory" : ", other memory") << '\n';
  const Tensor copy = corner.contiguous();
  std::cout << "a copy: " << copy << ", strides " << copy.strides()
            << (copy.storage() == x.storage() ? ", the same memory" : ", other memory") << '\n';

  // Writing goes through mutable_data(), which counts a new version of the memory: what was derived from it,
  // such as weights packed for a kernel, is seen to be stale. The view sees the change, the copy does not.
  const auto before = x.stamp();
  x.mutable_data<float>()[0] = -1;
  std::cout << (x.stamp() == before ? "the same version" : "a new version") << ": the view begins with "
            << corner.contiguous().data<float>()[0] << ", the copy with " << copy.data<float>()[0] << '\n';

  // Sizes of 1 repeat without a copy: a number for each channel meets every picture, row and column.
  const Tensor scale = Tensor::from({1.0F, 10.0F, 100.0F}, {3, 1, 1});
  const Tensor scaled = multiply(x, scale);
  std::cout << "broadcast " << x.shape() << " with " << scale.shape() << ": " << scaled.shape() << ", last "
            << scaled.data<float>().back() << '\n';

  // A vector register holds 8 or 16 floats. In the layout nChw8c it holds 8 channels of one pixel, so that
  // a convolution's inner loop needs no shuffles; three channels are padded to eight.
  const Tensor blocked = x.to(Layout::nChw8c);
  std::cout << blocked << ": " << blocked.storage()->bytes() << " bytes instead of " << x.storage()->bytes()
            << '\n';
  std::cout << "and back: " << (x.data<float>()[119] == blocked.plain().data<float>()[119] ? "equal" : "not")
            << '\n';

  // Conversions to integers drop fractions and stop at the type's ends.
  const Tensor bytes = Tensor::from({-3.0F, 99.9F, 300.0F}, {3}).to(DType::u8);
  std::cout << "-3, 99.9 and 300 as bytes:";
  for (const auto byte : bytes.data<std::uint8_t>()) std::cout << ' ' << int{byte};
  std::cout << '\n';

  // Memory is counted. A scope says how much a piece of work needed at its worst.
  const MemoryScope scope;
  {
    const Tensor a = Tensor::zeros({256, 1024}); // 1 MiB
    const Tensor b = add(a, a);                  // another
  }
  std::cout << "at most " << scope.peak_bytes() / 1024 << " KiB at once\n";

  // Mistakes throw an Error that names the value and what was expected.
  try {
    blocked.data<float>(); // rows of what? It is no row-major tensor
  } catch (const Error& error) {
    std::cout << error.what() << '\n';
  }
}
