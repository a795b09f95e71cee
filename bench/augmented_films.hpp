#pragma once

#include "mammo/data/augmentation.hpp"

#include <cstdint>

namespace mammo::data {

/// Noisy tissue with a lesion.
inline LabelledFilm noisy_film(std::int64_t height, std::int64_t width) {
  LabelledFilm film{.picture = Tensor::empty({height, width}, {.dtype = DType::u8})};
  std::uint32_t state = 1;
  for (std::uint8_t& pixel : film.picture.mutable_data<std::uint8_t>()) {
    state = state * 1664525U + 1013904223U;
    pixel = static_cast<std::uint8_t>(80 + (state >> 26));
  }
  const double side = static_cast<double>(height) / 16;
  film.boxes = {{static_cast<double>(width) / 3, static_cast<double>(height) / 2, side, side}};
  film.labels = {1};
  return film;
}

/// The detector's recipe, and all that it leaves out.
inline AugmentationOptions everything() {
  AugmentationOptions options = detector_augmentation();
  options.scale = {0.5, 1.8};
  options.zoom = {1, 1.5};
  options.elastic = {4, 12};
  options.mosaic = 0.5;
  options.paste = 1;
  options.blur = {0.5, 1.5};
  options.noise = {2, 8};
  options.cutout = {0.1, 0.3};
  options.gamma.probability = 1;
  return options;
}

} // namespace mammo::data
