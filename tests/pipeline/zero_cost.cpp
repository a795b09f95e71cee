// The same work as a pipeline and as calls written by hand, for zero_cost_test.py to count instructions:
// zero_cost hand|pipeline
#include "mammo/pipeline/pipeline.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace mammo::pipeline;

struct Film {
  std::vector<int> pixels;
};
struct Window {
  std::unique_ptr<Film> film;
  int low = 0;
  int high = 0;
};

// The loops over pixels are not inlined, so that both ways run the very same ones; what is between them is.

[[gnu::noinline]] Film read(std::size_t size) {
  Film film;
  film.pixels.resize(size);
  for (std::size_t i = 0; i < size; ++i) film.pixels[i] = static_cast<int>(i * 7 % 31);
  return film;
}

[[gnu::noinline]] std::pair<int, int> range_of(const std::vector<int>& pixels) {
  const auto [low, high] = std::ranges::minmax(pixels);
  return {low, high};
}

[[gnu::noinline]] int sum_of(const std::vector<int>& pixels) {
  int sum = 0;
  for (const int pixel : pixels) sum += pixel;
  return sum;
}

Window window(Film film) {
  const auto [low, high] = range_of(film.pixels);
  return {std::make_unique<Film>(std::move(film)), low, high};
}

Window widen(Window w) {
  --w.low;
  ++w.high;
  return w;
}

int brightness(const Window& w) {
  return (sum_of(w.film->pixels) - w.low) * 255 / (w.high - w.low);
}

// Not inlined, so that callgrind finds them.
[[gnu::noinline]] int counted_hand(std::size_t size) {
  return brightness(widen(window(read(size)))) / 2;
}

[[gnu::noinline]] int counted_pipeline(std::size_t size) {
  constexpr auto pipeline = named<"read">([](std::size_t n) { return read(n); }) |
                            named<"window">([](Film film) { return window(std::move(film)); }) |
                            [](Window w) { return widen(std::move(w)); } |
                            [](const Window& w) { return brightness(w); } | [](int sum) { return sum / 2; };
  return pipeline(size);
}

} // namespace

int main(int argc, char** argv) {
  const bool by_hand = argc > 1 && std::string_view(argv[1]) == "hand";
  std::printf("%d\n", by_hand ? counted_hand(1000) : counted_pipeline(1000));
}
