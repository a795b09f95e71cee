// Lesson 10, a filter of one's own: any callable is one. Here it is histogram equalisation, tried alone, held
// to the library's CLAHE, and put between the library's steps; and one that counts what passes through it.
//     example_10_custom_filter FILM OUT.png
#include "mammo/image/clahe.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/pipeline/stage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <numeric>

using namespace mammo;
using namespace mammo::pipeline;

// Makes all grey levels equally frequent, as far as pixels of one level stay of one level: what a pixel
// becomes is the part of the pixels that are no brighter than it. u8 [H, W] -> like it. Options are members.
struct Equalize {
  double strength = 1; // 0 changes nothing

  Tensor operator()(const Tensor& grey) const {
    std::array<double, 256> level{};
    for (const std::uint8_t value : grey.data<std::uint8_t>()) level[value] += 1;
    std::partial_sum(level.begin(), level.end(), level.begin());
    Tensor result = Tensor::empty(grey.shape(), {.dtype = DType::u8});
    std::ranges::transform(
        grey.data<std::uint8_t>(), result.mutable_data<std::uint8_t>().begin(), [&](std::uint8_t value) {
          const double equal = level[value] * 255 / static_cast<double>(grey.numel());
          return static_cast<std::uint8_t>(std::lround(strength * equal + (1 - strength) * value));
        });
    return result;
  }
};

int differences(const Tensor& a, const Tensor& b) {
  return std::transform_reduce(a.data<std::uint8_t>().begin(), a.data<std::uint8_t>().end(),
                               b.data<std::uint8_t>().begin(), 0, std::plus<>(), std::not_equal_to<>());
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  // Alone, on four pixels of which two are alike: 1/4, 3/4, 3/4 and 4/4 of the pixels are no brighter.
  const Tensor four = Equalize{}(Tensor::from<std::uint8_t>({10, 20, 20, 30}, {2, 2}));
  std::cout << "10 20 20 30 become";
  for (const int value : four.data<std::uint8_t>()) std::cout << ' ' << value;

  // In a pipeline: named<"...">(f) makes a stage, | joins it with what comes next, and the result is called
  // like a function. `|` would not compile where one gives what the next does not take.
  const auto show = named<"read">([](const std::filesystem::path& path) { return image::read_film(path); }) |
                    named<"render">([](const image::Film& film) { return image::render_grey8(film).pixels; });
  const auto enhance = show | named<"equalize">(Equalize{});
  const Tensor before = show(argv[1]);
  const Tensor after = enhance(argv[1]);
  image::write_png(argv[2], after);
  const Tensor one_tile = image::clahe(before, {.clip_limit = 0, .tiles_down = 1, .tiles_across = 1});
  std::cout << "\npixels that change: " << differences(before, after) << " of " << before.numel()
            << ", that CLAHE with one tile makes otherwise: " << differences(after, one_tile) << '\n';

  // Stages are called from several threads, as const: one that changes itself has to say so. serial() gives
  // it one item at a time.
  int passed = 0;
  const auto count = [&passed, n = 0](Tensor picture) mutable {
    passed = ++n;
    return picture;
  };
  const auto counted = show | named<"count">(serial(count)) | named<"soften">(Equalize{.strength = 0});
  const Tensor same = counted(argv[1]);
  counted(argv[1]);
  std::cout << passed << " pictures passed; at strength 0 " << differences(before, same)
            << " pixels change\n";
}
