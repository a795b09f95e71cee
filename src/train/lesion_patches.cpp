#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/lesion_window.hpp"
#include "mammo/image/level_set.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/resize.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/train/lesion_windows.hpp"
#include "train/in_parallel.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace mammo::train {
namespace {

constexpr double patch_context = 3.4; // boxes a side: room to turn and to be off
constexpr double least_side = 8;      // pixels of a box
constexpr double most_side = 120;     // pixels of a box; larger ones are scaled down

Box around(const Box& box, double context) {
  return {box.x + box.width * (1 - context) / 2, box.y + box.height * (1 - context) / 2, box.width * context,
          box.height * context};
}

Tensor cut(const Tensor& grey, const Box& part) {
  return image::crop_with_edge(grey, std::llround(part.y), std::llround(part.x), std::llround(part.height),
                               std::llround(part.width));
}

/// Share of the pixels that are tissue, neither air nor the film's frame.
double tissue_share(const Tensor& patch) {
  const auto pixels = patch.data<std::uint8_t>();
  const auto count = std::ranges::count_if(pixels, [](std::uint8_t v) { return v > 25 && v < 250; });
  return static_cast<double>(count) / static_cast<double>(pixels.size());
}

/// A part of the film as large as `part`, in tissue and off all lesions; none where 40 tries found none.
std::optional<Tensor> free_tissue(const Tensor& grey, const Box& part, const std::vector<Box>& lesions,
                                  Generator& generator) {
  constexpr int tries = 40;
  constexpr double enough = 0.85;
  const double room_x = static_cast<double>(grey.size(1)) - part.width;
  const double room_y = static_cast<double>(grey.size(0)) - part.height;
  if (room_x <= 0 || room_y <= 0) return std::nullopt;
  for (int i = 0; i < tries; ++i) {
    const Box place{generator.uniform(0, room_x), generator.uniform(0, room_y), part.width, part.height};
    const Box seen = around(place, 2 / patch_context); // what a window mostly shows
    const bool free = std::ranges::none_of(
        lesions, [&](const Box& lesion) { return intersection(lesion, seen).area() > 0; });
    if (free && tissue_share(cut(grey, seen)) >= enough) return cut(grey, place);
  }
  return std::nullopt;
}

LesionPatches::Patch patch_of(const Tensor& grey, const Box& lesion, const std::vector<Box>& lesions,
                              Generator& generator) {
  const Box part = around(lesion, patch_context);
  LesionPatches::Patch patch;
  patch.picture = cut(grey, part);
  if (const auto tissue = free_tissue(grey, part, lesions, generator)) patch.tissue = *tissue;
  const double larger = std::max(lesion.width, lesion.height);
  if (larger > most_side) {
    const auto smaller = [&](double length) { return std::llround(length * most_side / larger); };
    const auto scaled = [&](const Tensor& picture) {
      return image::resize(picture, smaller(part.height), smaller(part.width)).picture;
    };
    patch.picture = scaled(patch.picture);
    if (patch.tissue.defined()) patch.tissue = scaled(patch.tissue);
  }
  const auto height = static_cast<double>(patch.picture.size(0));
  const auto width = static_cast<double>(patch.picture.size(1));
  patch.box = around({0, 0, width, height}, 1 / patch_context);
  patch.mask = image::level_set_outline(patch.picture, patch.box);
  return patch;
}

std::vector<LesionPatches::Patch> patches_of(const data::AnnotatedFilm& film) {
  const image::Film read = image::read_film(film.path);
  const Tensor grey = image::render_grey8(read).pixels;
  const AffineTransform to_picture =
      AffineTransform::scaling(static_cast<double>(read.width()) / static_cast<double>(film.width),
                               static_cast<double>(read.height()) / static_cast<double>(film.height));
  std::vector<Box> boxes;
  for (const data::AnnotatedLesion& lesion : film.lesions) {
    const Box box = to_picture.apply(lesion.box);
    if (!lesion.crowd && box.width >= least_side && box.height >= least_side) boxes.push_back(box);
  }
  Generator generator(static_cast<std::uint64_t>(film.id), /*stream=*/1);
  std::vector<LesionPatches::Patch> patches;
  for (const Box& box : boxes) patches.push_back(patch_of(grey, box, boxes, generator));
  return patches;
}

} // namespace

LesionPatches::LesionPatches(std::span<const data::AnnotatedFilm> films,
                             const std::function<void(std::size_t done)>& done) {
  std::vector<std::vector<Patch>> of_films = in_parallel(films, patches_of, done);
  auto patches = std::make_shared<std::vector<Patch>>();
  for (std::vector<Patch>& some : of_films) std::ranges::move(some, std::back_inserter(*patches));
  // An outline that came out empty teaches nothing.
  std::erase_if(*patches, [](const Patch& patch) { return image::mask_extent(patch.mask).area() == 0; });
  patches_ = std::move(patches);
}

LesionPatches LesionPatches::redrawn(const std::function<Tensor(const Patch&)>& outline) const {
  auto patches = std::make_shared<std::vector<Patch>>(*patches_);
  parallel_for(0, static_cast<std::int64_t>(patches->size()), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      const Tensor mask = outline((*patches)[i]);
      if (image::mask_extent(mask).area() > 0) (*patches)[i].mask = mask;
    }
  });
  return LesionPatches(std::move(patches));
}

} // namespace mammo::train
