#include "mammo/data/phantom.hpp"

#include "data/curves.hpp"
#include "data/lead_letters.hpp"
#include "data/phantom_anatomy.hpp"
#include "data/phantom_masses.hpp"
#include "data/phantom_tissue.hpp"
#include "data/raster.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mammo::data {
namespace {

// Parts of a film that draw from a stream of their own; those of the anatomy are 1 to 4.
enum : std::uint64_t { tissue_part = 10, mass_part = 20, noise_part = 40 };

void check(const PhantomOptions& options) {
  require<ArgumentError>(options.lesions >= 0 && options.lesions <= most_phantom_lesions, "phantom of ",
                         options.lesions, " lesions, expected 0 to ", most_phantom_lesions);
  require<ArgumentError>(options.height >= 96 && options.height <= 8192, "phantom of height ", options.height,
                         ", expected 96 to 8192 pixels");
  require<ArgumentError>(2 * options.width >= options.height && options.width <= options.height,
                         "phantom of width ", options.width, " and height ", options.height,
                         ", expected a width of half the height to the height");
  require<ArgumentError>(options.film_height_mm >= 120 && options.film_height_mm <= 400, "phantom of ",
                         options.film_height_mm, " mm height, expected 120 to 400");
  require<ArgumentError>(options.bits == 12 || options.bits == 14, "phantom of ", options.bits,
                         " bits, expected 12 or 14");
  require<ArgumentError>(options.density >= 0 && options.density <= 4, "phantom of density ", options.density,
                         ", expected 1 to 4, or 0 to draw it");
}

Tensor tensor_of(const Mask& mask) {
  return Tensor::from(mask.values, {mask.height, mask.width});
}

template <class T>
void mirror(Plane<T>& plane) {
  for (std::int64_t y = 0; y < plane.height; ++y) {
    std::reverse(&plane(y, 0), &plane(y, 0) + plane.width);
  }
}

Silhouette scaled(Silhouette shape, double scale) {
  for (auto* line : {&shape.skin, &shape.breast, &shape.muscle, &shape.pectoral}) {
    for (Point& point : *line) point = {point.x * scale, point.y * scale};
  }
  for (Point* point : {&shape.nipple, &shape.gland, &shape.gland_axes}) {
    *point = {point->x * scale, point->y * scale};
  }
  return shape;
}

// Photon counting: a pixel that N photons reach has deviation sqrt(N), which is 1 / sqrt(N) in its logarithm,
// and N falls exponentially with the attenuation and grows with the pixel's area.
void add_quantum_noise(Field& attenuation, double scale, Generator& generator) {
  constexpr double through_air = 0.0034 * 0.0034; // variance of a square millimetre
  for (float& value : attenuation.values) {
    if (value <= 0) continue;
    const double eighth = 1 + static_cast<double>(value) * 1.4 / 8;
    const double fourth = eighth * eighth * eighth * eighth; // its square is about exp(1.4 value)
    value += static_cast<float>(std::sqrt(through_air) * scale * fourth * generator.normal());
  }
}

Tensor pixels_of(const Field& attenuation, int bits) {
  constexpr double white = 1.6; // attenuation shown as the largest value
  const double top = (1 << bits) - 1;
  Tensor pixels = Tensor::empty({attenuation.height, attenuation.width}, {.dtype = DType::u16});
  std::uint16_t* out = pixels.mutable_data<std::uint16_t>().data();
  for (std::size_t i = 0; i < attenuation.values.size(); ++i) {
    const double value = std::clamp(static_cast<double>(attenuation.values[i]) / white, 0.0, 1.0);
    out[i] = static_cast<std::uint16_t>(std::floor(value * top + 0.5));
  }
  return pixels;
}

class FilmDrawing {
 public:
  FilmDrawing(const PhantomOptions& options, const Anatomy& anatomy, Laterality laterality,
              Projection projection)
      : options_(options),
        breast_(anatomy.breasts[static_cast<std::size_t>(laterality)]),
        view_(static_cast<std::size_t>(projection)),
        scale_(static_cast<double>(options.height) / options.film_height_mm),
        shape_(scaled(breast_.views[view_], scale_)),
        canvas_(shape_, options.height, options.width, scale_) {
    film_.laterality = laterality;
    film_.projection = projection;
    film_.spacing_mm = 1 / scale_;
    film_.bits = options.bits;
    film_.density = anatomy.density;
  }

  PhantomFilm draw() {
    Generator tissue_numbers = stream(tissue_part);
    PhantomTissue tissue = draw_tissue(canvas_, film_.density, tissue_numbers);
    attenuation_ = std::move(tissue.attenuation);
    draw_findings();
    keep_truth(std::move(tissue.glandularity));
    Generator noise = stream(noise_part);
    add_quantum_noise(attenuation_, scale_, noise);
    if (film_.laterality == Laterality::right) mirror(attenuation_);
    draw_label();
    film_.pixels = pixels_of(attenuation_, options_.bits);
    return std::move(film_);
  }

 private:
  Generator stream(std::uint64_t part) const {
    return stream_of(options_.seed, film_.laterality, 2 * part + view_);
  }

  void draw_findings() {
    for (const Lesion& lesion : breast_.lesions) {
      Generator numbers = stream(mass_part * 100 + static_cast<std::uint64_t>(lesion.number));
      const Point center = in_pixels(lesion.center[view_]);
      DrawnMass drawn = draw_mass(attenuation_, lesion, center, scale_, canvas_.breast, numbers);
      keep_mass(lesion, center, std::move(drawn));
    }
    for (const Calcification& one : breast_.calcifications) {
      const Point center = in_pixels(one.center[view_]);
      const double radius = one.radius * scale_;
      add_spot(attenuation_, center, radius, one.contrast);
      film_.calcifications.push_back({.center = placed(center), .radius = radius, .lesion = one.lesion});
    }
  }

  void keep_mass(const Lesion& lesion, Point center, DrawnMass drawn) {
    if (film_.laterality == Laterality::right) mirror(drawn.mask);
    film_.masses.push_back(
        {.lesion = lesion.number,
         .shape = lesion.shape,
         .malignant = lesion.shape == MassShape::spiculated,
         .center = placed(center),
         .diameter_mm = 2 * lesion.radius,
         .distance_from_nipple_mm = length(center.x - shape_.nipple.x, center.y - shape_.nipple.y) / scale_,
         .outline = placed(drawn.outline),
         .mask = tensor_of(drawn.mask),
         .box = extent(drawn.mask)});
  }

  void keep_truth(Field glandularity) {
    film_.breast_outline = placed(shape_.breast);
    film_.pectoral_outline = placed(shape_.pectoral);
    film_.nipple = placed(shape_.nipple);
    Mask breast = canvas_.breast;
    Mask pectoral = canvas_.pectoral;
    if (film_.laterality == Laterality::right) {
      mirror(breast);
      mirror(pectoral);
      mirror(glandularity);
    }
    Mask parenchyma(breast.height, breast.width);
    std::int64_t dense = 0;
    std::int64_t all = 0;
    for (std::size_t i = 0; i < breast.values.size(); ++i) {
      parenchyma.values[i] = glandularity.values[i] >= 0.35F ? 1 : 0;
      dense += parenchyma.values[i];
      all += breast.values[i] != 0 && pectoral.values[i] == 0 ? 1 : 0;
    }
    film_.dense_fraction = static_cast<double>(dense) / static_cast<double>(all);
    film_.breast = tensor_of(breast);
    film_.pectoral = tensor_of(pectoral);
    film_.parenchyma = tensor_of(parenchyma);
    film_.glandularity = Tensor::from(glandularity.values, {glandularity.height, glandularity.width});
  }

  // In the upper corner away from the chest wall.
  void draw_label() {
    film_.label = std::string(name_of(film_.laterality)) + " " + name_of(film_.projection);
    const double height = 0.03 * static_cast<double>(options_.height);
    const double letters = static_cast<double>(film_.label.size() - 1) * 0.85 + 0.6;
    const double margin = 1.4 * height;
    const bool faces_right = film_.laterality == Laterality::left;
    const double right =
        faces_right ? static_cast<double>(options_.width) - margin : margin + letters * height;
    film_.label_box = draw_lead_letters(attenuation_, film_.label, {right, margin}, height);
  }

  Point in_pixels(Point mm) const { return {mm.x * scale_, mm.y * scale_}; }
  Point placed(Point point) const {
    if (film_.laterality == Laterality::left) return point;
    return {static_cast<double>(options_.width) - point.x, point.y};
  }
  std::vector<Point> placed(std::vector<Point> line) const {
    for (Point& point : line) point = placed(point);
    return line;
  }

  const PhantomOptions& options_;
  const Breast& breast_;
  std::size_t view_;
  double scale_; // pixels per millimetre
  Silhouette shape_;
  Canvas canvas_;
  Field attenuation_;
  PhantomFilm film_;
};

} // namespace

const char* name_of(MassShape shape) {
  switch (shape) {
  case MassShape::oval: return "oval";
  case MassShape::lobulated: return "lobulated";
  case MassShape::spiculated: return "spiculated";
  }
  return "";
}

PhantomExam make_phantom_exam(const PhantomOptions& options) {
  check(options);
  const Anatomy anatomy = draw_anatomy(options);
  PhantomExam exam;
  parallel_for(0, 4, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto laterality = i % 2 == 0 ? Laterality::left : Laterality::right;
      const auto projection = i < 2 ? Projection::cc : Projection::mlo;
      exam.films[static_cast<std::size_t>(i)] = FilmDrawing(options, anatomy, laterality, projection).draw();
    }
  });
  return exam;
}

PhantomFilm make_phantom_film(const PhantomOptions& options, Laterality laterality, Projection projection) {
  check(options);
  const Anatomy anatomy = draw_anatomy(options, laterality);
  return FilmDrawing(options, anatomy, laterality, projection).draw();
}

} // namespace mammo::data
