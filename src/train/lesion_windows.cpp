#include "mammo/train/lesion_windows.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/collate.hpp"
#include "mammo/data/synthetic_lesion.hpp"
#include "mammo/image/lesion_window.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/warp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace mammo::train {
namespace {

/// Draws two numbers in any case, as augmentation does.
double drawn(const data::RandomValue& value, double neutral, Generator& generator) {
  const bool chosen = generator.uniform() < value.probability;
  const double number = generator.uniform(value.low, value.high);
  return chosen ? number : neutral;
}

/// The extent of a mask's pixels after a transform.
Box moved_extent(const Tensor& mask, const AffineTransform& transform) {
  constexpr double far = std::numeric_limits<double>::infinity();
  double left = far;
  double top = far;
  double right = -far;
  double bottom = -far;
  const auto pixels = mask.data<std::uint8_t>();
  const auto width = static_cast<std::size_t>(mask.size(1));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (pixels[i] == 0) continue;
    const std::size_t row = i / width;
    const Point p =
        transform.apply(Point{static_cast<double>(i % width) + 0.5, static_cast<double>(row) + 0.5});
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  if (left > right) return {};
  return {left - 0.5, top - 0.5, right - left + 1, bottom - top + 1};
}

/// Mirrored and turned about the patch's middle.
AffineTransform draw_turn(const Tensor& patch, const LesionWindowOptions& options, Generator& generator) {
  const double mirror = generator.uniform() < 0.5 ? -1 : 1;
  const double upside_down = generator.uniform() < 0.5 ? -1 : 1;
  const double angle = drawn({-std::numbers::pi, std::numbers::pi, options.turned}, 0, generator);
  return AffineTransform::translation(-static_cast<double>(patch.size(1)) / 2,
                                      -static_cast<double>(patch.size(0)) / 2)
      .then(AffineTransform::scaling(mirror, upside_down))
      .then(AffineTransform::rotation(angle));
}

AffineTransform window_map(const Box& box, const LesionWindowOptions& options) {
  const auto side = static_cast<double>(options.side);
  return AffineTransform::translation(-box.x - box.width / 2, -box.y - box.height / 2)
      .then(AffineTransform::scaling(side / (options.context * box.width),
                                     side / (options.context * box.height)))
      .then(AffineTransform::translation(side / 2, side / 2));
}

double mean_of(const Tensor& picture) {
  double sum = 0;
  for (const std::uint8_t value : picture.data<std::uint8_t>()) sum += value;
  return sum / static_cast<double>(picture.numel());
}

LesionExample window_of(const Tensor& picture, const Tensor& mask, const LesionWindowOptions& options,
                        Generator& generator) {
  const AffineTransform turn = draw_turn(picture, options, generator);
  const Box outline = moved_extent(mask, turn);
  const image::Warp warp{turn.then(window_map(jittered(outline, options.jitter, generator), options))};
  const data::GreyChange change{.blur = drawn(options.blur, 0, generator),
                                .gamma = drawn(options.gamma, 1, generator),
                                .noise = drawn(options.noise, 0, generator),
                                .noise_seed = generator.next_u32()};
  LesionExample example;
  Tensor window = image::warp(picture, warp, options.side, options.side, {.fill = mean_of(picture)});
  data::change_grey(window, change, 255);
  image::standardize(window);
  example.input = window.unsqueeze(0);
  const Tensor shown =
      image::warp(mask, warp, options.side, options.side, {.interpolation = image::Interpolation::nearest});
  example.box = image::mask_extent(shown);
  example.mask = shown.unsqueeze(0);
  return example;
}

} // namespace

Box jittered(const Box& box, const BoxJitter& jitter, Generator& generator) {
  const double x = box.x + box.width / 2 + box.width * generator.uniform(-jitter.shift, jitter.shift);
  const double y = box.y + box.height / 2 + box.height * generator.uniform(-jitter.shift, jitter.shift);
  const double width = box.width * std::exp(generator.uniform(-jitter.scale, jitter.scale));
  const double height = box.height * std::exp(generator.uniform(-jitter.scale, jitter.scale));
  return {x - width / 2, y - height / 2, width, height};
}

LesionExample::Batch LesionExample::collate(std::span<const LesionExample> examples) {
  return {data::stack(data::gather(examples, &LesionExample::input)),
          data::stack(data::gather(examples, &LesionExample::mask))};
}

LesionExample LesionWindows::get(std::size_t index, Generator& generator) const {
  const LesionPatches::Patch& patch = patches_.at(index);
  const bool paste = generator.uniform() < options_.pasted && patch.tissue.defined();
  if (!paste) return window_of(patch.picture, patch.mask, options_, generator);
  Tensor tissue = patch.tissue.clone();
  const Tensor mask = data::paste_synthetic_lesion(tissue, patch.box, generator);
  if (image::mask_extent(mask).area() == 0) return window_of(patch.picture, patch.mask, options_, generator);
  return window_of(tissue, mask, options_, generator);
}

std::vector<PastedLesion> pasted_lesions(const LesionPatches& patches, std::size_t count,
                                         const BoxJitter& jitter, std::uint64_t seed) {
  std::vector<PastedLesion> lesions;
  for (std::size_t i = 0; i < patches.size() && lesions.size() < count; ++i) {
    const LesionPatches::Patch& patch = patches.at(i);
    if (!patch.tissue.defined()) continue;
    Generator generator(seed, i);
    PastedLesion lesion;
    lesion.picture = patch.tissue.clone();
    lesion.mask = data::paste_synthetic_lesion(lesion.picture, patch.box, generator);
    const Box outline = image::mask_extent(lesion.mask);
    if (outline.area() == 0) continue;
    lesion.box = jittered(outline, jitter, generator);
    lesions.push_back(std::move(lesion));
  }
  return lesions;
}

std::vector<BoxedLesion> boxed_lesions(const LesionPatches& patches, std::size_t count,
                                       const BoxJitter& jitter, std::uint64_t seed) {
  std::vector<BoxedLesion> lesions;
  for (std::size_t i = 0; i < std::min(count, patches.size()); ++i) {
    const LesionPatches::Patch& patch = patches.at(i);
    Generator generator(seed, i);
    lesions.push_back({patch.picture, patch.box, jittered(patch.box, jitter, generator)});
  }
  return lesions;
}

} // namespace mammo::train
