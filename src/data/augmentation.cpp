#include "mammo/data/augmentation.hpp"

#include "data/lesion_paste.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mammo::data {
namespace {

using image::Interpolation;
using image::Warp;

void check_film(const LabelledFilm& film) {
  require<ShapeError>(film.picture.defined() && film.picture.rank() == 2 && film.picture.numel() > 0,
                      "augment: a picture of shape ", film.picture.defined() ? film.picture.shape() : Shape{},
                      ", expected [H, W] with at least one pixel");
  require<ArgumentError>(film.labels.size() == film.boxes.size(), "augment: ", film.labels.size(),
                         " labels for ", film.boxes.size(), " boxes");
  for (const Box& box : film.boxes) {
    const double sum = box.x + box.y + box.width + box.height;
    require<ArgumentError>(std::isfinite(sum) && box.area() > 0, "augment: a box at ", box.x, ", ", box.y,
                           " of ", box.width, " x ", box.height, ", expected a positive area");
  }
  if (!film.mask.defined()) return;
  require<ShapeError>(film.mask.shape() == film.picture.shape(), "augment: a mask of shape ",
                      film.mask.shape(), ", expected the picture's ", film.picture.shape());
  require<TypeError>(film.mask.dtype() == DType::u8, "augment: a mask of ", film.mask.dtype(),
                     ", expected u8");
}

// A film on its way: the canvas and what is known of it.
struct Canvas {
  Tensor pixels; // f32 [h, w]
  Tensor mask;   // u8 [h, w] or undefined
  std::vector<Box> boxes;
  std::vector<std::int64_t> labels;

  void add(const Box& box, std::int64_t label) {
    boxes.push_back(box);
    labels.push_back(label);
  }
};

// A part of a canvas, in whole pixels.
struct Window {
  std::int64_t top;
  std::int64_t left;
  std::int64_t bottom;
  std::int64_t right;

  Box box() const {
    return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
            static_cast<double>(bottom - top)};
  }
  Tensor of(const Tensor& canvas) const { return canvas.slice(0, top, bottom).slice(1, left, right); }
};

// Shows the film in the window and adds the boxes that are in view.
void show(const LabelledFilm& film, const Warp& warp, const Window& window,
          const AugmentationOptions& options, Canvas& canvas) {
  const Box view = window.box();
  Tensor part = window.of(canvas.pixels);
  image::warp_into(film.picture, warp, part, {.origin = {view.x, view.y}});
  if (canvas.mask.defined()) {
    require<ArgumentError>(film.mask.defined(), "augment: a film without a mask beside one that has one");
    Tensor mask_part = window.of(canvas.mask);
    image::warp_into(film.mask, warp, mask_part,
                     {.interpolation = Interpolation::nearest, .origin = {view.x, view.y}});
  }
  for (std::size_t i = 0; i < film.boxes.size(); ++i) {
    const Box whole = ellipse_extent(warp, film.boxes[i]);
    const Box seen = intersection(whole, view);
    const bool large = std::min(seen.width, seen.height) >= options.least_side && seen.area() > 0;
    if (large && seen.area() >= options.least_visible * whole.area()) canvas.add(seen, film.labels[i]);
  }
}

// Moves what lies around the canvas's middle into the middle of the window, `scale` times as large.
Warp into_window(const Warp& warp, const Window& window, double scale, const AugmentationOptions& options) {
  const Box view = window.box();
  const auto width = static_cast<double>(options.width);
  const auto height = static_cast<double>(options.height);
  return {warp.to_canvas.then(AffineTransform::translation(-width / 2, -height / 2))
              .then(AffineTransform::scaling(scale, scale))
              .then(AffineTransform::translation(view.x + view.width / 2, view.y + view.height / 2)),
          warp.displacement};
}

// Four windows around a point in the canvas's middle third; windows of no pixels are possible on a canvas of
// a pixel or two.
std::array<Window, 4> mosaic_windows(const AugmentationOptions& options, Generator& generator) {
  const auto meeting = [&](std::int64_t length) {
    return static_cast<std::int64_t>(static_cast<double>(length) * generator.uniform(1.0 / 3, 2.0 / 3));
  };
  const std::int64_t x = meeting(options.width);
  const std::int64_t y = meeting(options.height);
  return {Window{0, 0, y, x}, Window{0, x, y, options.width}, Window{y, 0, options.height, x},
          Window{y, x, options.height, options.width}};
}

// Returns the first film's warp.
Warp show_mosaic(const LabelledFilm& film, const AugmentationOptions& options, Generator& generator,
                 const FilmSource& another, Canvas& canvas) {
  const std::array<Window, 4> windows = mosaic_windows(options, generator);
  Warp first;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const LabelledFilm shown = i == 0 ? film : another(generator);
    check_film(shown);
    const Placement placement = draw_placement(options, generator);
    const double scale = generator.uniform(options.mosaic_scale.low, options.mosaic_scale.high);
    const Warp warp = into_window(warp_for(placement, shown.picture.size(0), shown.picture.size(1), options),
                                  windows[i], scale, options);
    if (i == 0) first = warp;
    if (windows[i].box().area() > 0) show(shown, warp, windows[i], options, canvas);
  }
  return first;
}

void paste_another(Canvas& canvas, const AugmentationOptions& options, double scale, Generator& generator,
                   const FilmSource& another) {
  const LabelledFilm donor = another(generator);
  check_film(donor);
  if (donor.boxes.empty()) return;
  require<ArgumentError>(!canvas.mask.defined() || donor.mask.defined(),
                         "augment: a film without a mask beside one that has one");
  const std::size_t chosen = generator.below(static_cast<std::uint32_t>(donor.boxes.size()));
  const Box& lesion = donor.boxes[chosen];
  const AffineTransform fit = warp_for({}, donor.picture.size(0), donor.picture.size(1), options).to_canvas;
  scale *= fit.matrix()[0] * generator.uniform(options.paste_scale.low, options.paste_scale.high);
  const auto place = find_place(canvas.pixels, lesion, scale, canvas.boxes, options.tissue, generator);
  if (!place) return;
  paste_lesion(canvas.pixels, canvas.mask, donor, lesion, *place);
  canvas.add(place->extent, donor.labels[chosen]);
}

void cut_out(Canvas& canvas, const AugmentationOptions& options, Generator& generator) {
  if (generator.uniform() >= options.cutout.probability) return;
  const auto height = static_cast<double>(options.height);
  const auto width = static_cast<double>(options.width);
  const double side = std::min(height, width) * generator.uniform(options.cutout.low, options.cutout.high);
  std::vector<double> hidden(canvas.boxes.size());
  for (int i = 0; i < options.cutout_holes; ++i) {
    const double x = generator.uniform(-side / 2, width - side / 2);
    const double y = generator.uniform(-side / 2, height - side / 2);
    const Box hole = clip({std::round(x), std::round(y), std::round(side), std::round(side)}, width, height);
    for (std::size_t b = 0; b < hidden.size(); ++b) hidden[b] += intersection(hole, canvas.boxes[b]).area();
    for (auto row = static_cast<std::int64_t>(hole.y); row < static_cast<std::int64_t>(hole.bottom());
         ++row) {
      float* pixels = canvas.pixels.mutable_data<float>().data() + row * options.width;
      std::fill(pixels + static_cast<std::int64_t>(hole.x), pixels + static_cast<std::int64_t>(hole.right()),
                static_cast<float>(options.mean));
    }
  }
  Canvas left{canvas.pixels, canvas.mask, {}, {}};
  for (std::size_t b = 0; b < hidden.size(); ++b) {
    const double area = canvas.boxes[b].area();
    if (area - hidden[b] >= options.least_visible * area) left.add(canvas.boxes[b], canvas.labels[b]);
  }
  canvas = std::move(left);
}

} // namespace

AugmentedFilm augment(const LabelledFilm& film, const AugmentationOptions& options, Generator& generator,
                      const FilmSource& another) {
  check(options);
  check_film(film);
  require<ArgumentError>(another || (options.mosaic == 0 && options.paste == 0),
                         "augment: mosaic and pasted lesions need other films");
  Canvas canvas;
  canvas.pixels = Tensor::empty({options.height, options.width});
  if (film.mask.defined()) canvas.mask = Tensor::empty(canvas.pixels.shape(), {.dtype = DType::u8});

  AugmentedFilm result;
  const bool mosaic = generator.uniform() < options.mosaic;
  const bool paste = generator.uniform() < options.paste;
  const Placement placement = draw_placement(options, generator);
  const GreyChange change = draw_grey_change(options, generator);
  if (mosaic) {
    result.to_canvas = show_mosaic(film, options, generator, another, canvas);
  } else {
    result.to_canvas = warp_for(placement, film.picture.size(0), film.picture.size(1), options);
    show(film, result.to_canvas, {0, 0, options.height, options.width}, options, canvas);
  }
  if (paste)
    paste_another(canvas, options, mosaic ? options.mosaic_scale.low : placement.scale, generator, another);
  change_grey(canvas.pixels, change, options.white);
  cut_out(canvas, options, generator);
  const auto mean = static_cast<float>(options.mean);
  if (mean != 0) {
    for (float& value : canvas.pixels.mutable_data<float>()) value -= mean;
  }

  result.input = canvas.pixels.unsqueeze(0);
  result.boxes = std::move(canvas.boxes);
  result.labels = std::move(canvas.labels);
  if (canvas.mask.defined()) result.mask = canvas.mask.unsqueeze(0);
  return result;
}

AugmentedFilm::Batch AugmentedFilm::collate(std::span<const AugmentedFilm> films) {
  Batch batch{stack(gather(films, &AugmentedFilm::input)), gather(films, &AugmentedFilm::boxes),
              gather(films, &AugmentedFilm::labels)};
  if (films[0].mask.defined()) batch.masks = stack(gather(films, &AugmentedFilm::mask));
  return batch;
}

AugmentedFilm::Batch augment_batch(std::span<const LabelledFilm> films, const AugmentationOptions& options,
                                   std::uint64_t seed) {
  const auto count = static_cast<std::int64_t>(films.size());
  const auto another = [&](Generator& generator) {
    return films[generator.below(static_cast<std::uint32_t>(films.size()))];
  };
  std::vector<AugmentedFilm> augmented(films.size());
  parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      Generator generator(seed, static_cast<std::uint64_t>(i));
      augmented[static_cast<std::size_t>(i)] =
          augment(films[static_cast<std::size_t>(i)], options, generator, another);
    }
  });
  return AugmentedFilm::collate(augmented);
}

} // namespace mammo::data
