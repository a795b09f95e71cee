#include "data/lesion_paste.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mammo::data {
namespace {

constexpr double faded = 1.2; // in radii of the lesion's ellipse, where nothing of its film is left
constexpr int rim_points = 24;

Point center_of(const Box& box) {
  return {box.x + box.width / 2, box.y + box.height / 2};
}

// Points around the lesion, `radius` times its ellipse, in pixels of its film.
std::array<Point, rim_points> rim(const Box& lesion, double radius) {
  std::array<Point, rim_points> points;
  const Point center = center_of(lesion);
  for (int i = 0; i < rim_points; ++i) {
    const double angle = 2 * std::numbers::pi * i / rim_points;
    points[static_cast<std::size_t>(i)] = {center.x + radius * lesion.width / 2 * std::cos(angle),
                                           center.y + radius * lesion.height / 2 * std::sin(angle)};
  }
  return points;
}

// The pixel that holds the point; none outside.
std::optional<float> pixel_at(const Tensor& canvas, Point p) {
  const double x = std::floor(p.x);
  const double y = std::floor(p.y);
  if (!(x >= 0 && y >= 0 && x < static_cast<double>(canvas.size(1)) &&
        y < static_cast<double>(canvas.size(0)))) {
    return std::nullopt;
  }
  return canvas.data<float>()[static_cast<std::size_t>(y) * static_cast<std::size_t>(canvas.size(1)) +
                              static_cast<std::size_t>(x)];
}

bool in_tissue(const Tensor& canvas, const Box& lesion, const AffineTransform& to_canvas, double tissue) {
  return std::ranges::all_of(rim(lesion, faded), [&](Point p) {
    const std::optional<float> value = pixel_at(canvas, to_canvas.apply(p));
    return value && *value >= tissue;
  });
}

// How much brighter the canvas is around the lesion's place than `patch`, which lies at `corner` of it.
float brightness_step(const Tensor& canvas, const Tensor& patch, Point corner, const Box& lesion,
                      const AffineTransform& to_canvas) {
  float step = 0;
  int seen = 0;
  for (const Point p : rim(lesion, faded)) {
    const Point q = to_canvas.apply(p);
    const std::optional<float> there = pixel_at(canvas, q);
    const std::optional<float> here = pixel_at(patch, {q.x - corner.x, q.y - corner.y});
    if (!there || !here) continue;
    step += *there - *here;
    ++seen;
  }
  return seen > 0 ? step / static_cast<float>(seen) : 0;
}

// 1 inside of the lesion's ellipse, falling smoothly to 0 where it is faded.
float opacity(Point p, const Box& lesion) {
  const Point center = center_of(lesion);
  const double radius =
      std::hypot((p.x - center.x) / (lesion.width / 2), (p.y - center.y) / (lesion.height / 2));
  const double t = std::clamp((faded - radius) / (faded - 1), 0.0, 1.0);
  return static_cast<float>(t * t * (3 - 2 * t));
}

} // namespace

std::optional<PastedLesion> find_place(const Tensor& canvas, const Box& lesion, double scale,
                                       const std::vector<Box>& boxes, double tissue, Generator& generator) {
  constexpr int tries = 20;
  const Point center = center_of(lesion);
  const auto height = static_cast<double>(canvas.size(0));
  const auto width = static_cast<double>(canvas.size(1));
  for (int i = 0; i < tries; ++i) {
    const double flip = generator.uniform() < 0.5 ? -1 : 1;
    const AffineTransform to_canvas =
        AffineTransform::translation(-center.x, -center.y)
            .then(AffineTransform::scaling(flip * scale, scale))
            .then(AffineTransform::rotation(generator.uniform(0, 2 * std::numbers::pi)))
            .then(AffineTransform::translation(generator.uniform(0, width), generator.uniform(0, height)));
    const Box extent = ellipse_extent(to_canvas, lesion);
    const bool inside =
        extent.x >= 0 && extent.y >= 0 && extent.right() <= width && extent.bottom() <= height;
    const bool free =
        std::ranges::none_of(boxes, [&](const Box& b) { return intersection(b, extent).area() > 0; });
    if (inside && free && in_tissue(canvas, lesion, to_canvas, tissue))
      return PastedLesion{to_canvas, extent};
  }
  return std::nullopt;
}

void paste_lesion(Tensor& canvas, Tensor& mask, const LabelledFilm& film, const Box& lesion,
                  const PastedLesion& place) {
  const Box& extent = place.extent;
  const Point middle = center_of(extent);
  const auto left = std::max<std::int64_t>(0, static_cast<std::int64_t>(middle.x - faded * extent.width / 2));
  const auto top = std::max<std::int64_t>(0, static_cast<std::int64_t>(middle.y - faded * extent.height / 2));
  const std::int64_t right =
      std::min(canvas.size(1), static_cast<std::int64_t>(middle.x + faded * extent.width / 2) + 1);
  const std::int64_t bottom =
      std::min(canvas.size(0), static_cast<std::int64_t>(middle.y + faded * extent.height / 2) + 1);
  const image::Warp warp{place.to_canvas};
  const Point corner{static_cast<double>(left), static_cast<double>(top)};
  const Tensor patch = image::warp(film.picture, warp, bottom - top, right - left, {.origin = corner});
  Tensor mask_patch;
  if (mask.defined()) {
    mask_patch = image::warp(film.mask, warp, bottom - top, right - left,
                             {.interpolation = image::Interpolation::nearest, .origin = corner});
  }

  const float step = brightness_step(canvas, patch, corner, lesion, place.to_canvas);
  const AffineTransform to_film = place.to_canvas.inverse();
  float* pixels = canvas.mutable_data<float>().data();
  std::uint8_t* labels = mask.defined() ? mask.mutable_data<std::uint8_t>().data() : nullptr;
  const float* pasted = patch.data<float>().data();
  for (std::int64_t y = top; y < bottom; ++y) {
    for (std::int64_t x = left; x < right; ++x) {
      const float share =
          opacity(to_film.apply(Point{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5}), lesion);
      float& pixel = pixels[y * canvas.size(1) + x];
      const std::int64_t at = (y - top) * (right - left) + x - left;
      pixel += share * (pasted[at] + step - pixel);
      if (labels != nullptr && share > 0.5F) {
        labels[y * canvas.size(1) + x] = mask_patch.data<std::uint8_t>()[static_cast<std::size_t>(at)];
      }
    }
  }
}

} // namespace mammo::data
