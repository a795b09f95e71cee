#include "mammo/train/lesion_crops.hpp"

#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "train/in_parallel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace mammo::train {
namespace {

/// Whether a label such as "ILL_DEFINED-SPICULATED" has the word.
bool has_word(std::string_view label, std::string_view word) {
  while (!label.empty()) {
    const std::size_t hyphen = label.find('-');
    if (label.substr(0, hyphen) == word) return true;
    if (hyphen == std::string_view::npos) return false;
    label.remove_prefix(hyphen + 1);
  }
  return false;
}

std::vector<float> words_of(const std::string& label, std::span<const std::string> words) {
  std::vector<float> target;
  for (const std::string& word : words) target.push_back(has_word(label, word) ? 1.0F : 0.0F);
  return target;
}

/// The part of the picture within `reach` windows of the box's middle, in whole pixels.
Box surroundings(const Box& box, double pixel_aspect, double context, const Tensor& grey) {
  constexpr double reach = 1.6; // a window of 1.1 times the size, turned by any angle
  const double half = reach * context * std::max(box.width * pixel_aspect, box.height) / 2;
  const double x = box.x + box.width / 2;
  const double y = box.y + box.height / 2;
  const double left = std::floor(std::max(0.0, x - half / pixel_aspect));
  const double top = std::floor(std::max(0.0, y - half));
  const double right = std::ceil(std::min(static_cast<double>(grey.size(1)), x + half / pixel_aspect));
  const double bottom = std::ceil(std::min(static_cast<double>(grey.size(0)), y + half));
  return {left, top, right - left, bottom - top};
}

LesionCrop crop_of(const LesionFilm& film, const Box& box, const models::LesionInputConfig& config) {
  const Box part = surroundings(box, film.pixel_aspect, config.context, film.grey);
  LesionCrop crop;
  crop.film = film;
  crop.film.grey = film.grey.slice(0, std::llrint(part.y), std::llrint(part.bottom()))
                       .slice(1, std::llrint(part.x), std::llrint(part.right()))
                       .clone();
  crop.box = {box.x - part.x, box.y - part.y, box.width, box.height};
  return crop;
}

bool is_of_use(const data::AnnotatedLesion& lesion) {
  return lesion.pathology && !lesion.crowd && lesion.box.area() > 0;
}

std::vector<LesionCrop> crops_of(const data::AnnotatedFilm& film, const models::LesionInputConfig& config) {
  std::vector<LesionCrop> crops;
  if (std::ranges::none_of(film.lesions, is_of_use)) return crops;
  const image::Film read = image::read_film(film.path);
  const LesionFilm whole = lesion_film(image::render_grey8(read).pixels, film.aspect(), config);
  const AffineTransform to_picture =
      AffineTransform::scaling(static_cast<double>(read.width()) / static_cast<double>(film.width),
                               static_cast<double>(read.height()) / static_cast<double>(film.height));
  for (const data::AnnotatedLesion& lesion : film.lesions) {
    if (!is_of_use(lesion)) continue;
    LesionCrop& crop = crops.emplace_back(crop_of(whole, to_picture.apply(lesion.box), config));
    crop.targets = targets_of(lesion);
    crop.patient = film.patient;
    crop.name = film.name;
    crop.lesion = lesion.lesion;
  }
  return crops;
}

} // namespace

std::span<const std::string> mass_shapes() {
  static const std::array<std::string, 8> words{"ROUND",
                                                "OVAL",
                                                "LOBULATED",
                                                "IRREGULAR",
                                                "ARCHITECTURAL_DISTORTION",
                                                "ASYMMETRIC_BREAST_TISSUE",
                                                "FOCAL_ASYMMETRIC_DENSITY",
                                                "LYMPH_NODE"};
  return words;
}

std::span<const std::string> mass_margins() {
  static const std::array<std::string, 5> words{"CIRCUMSCRIBED", "OBSCURED", "MICROLOBULATED", "ILL_DEFINED",
                                                "SPICULATED"};
  return words;
}

LesionTargets targets_of(const data::AnnotatedLesion& lesion) {
  require<ArgumentError>(lesion.pathology.has_value(), "a lesion of unknown pathology as a target");
  LesionTargets targets;
  targets.malignant = lesion.pathology == data::Pathology::malignant;
  targets.shape = words_of(lesion.shape, mass_shapes());
  targets.margin = words_of(lesion.margins, mass_margins());
  targets.birads.assign(static_cast<std::size_t>(birads_assessments), 0.0F);
  if (lesion.assessment) targets.birads.at(static_cast<std::size_t>(*lesion.assessment)) = 1;
  return targets;
}

LesionCrops::LesionCrops(std::span<const data::AnnotatedFilm> films, const models::LesionInputConfig& config,
                         const std::function<void(std::size_t done)>& done) {
  const auto crops_on = [&](const data::AnnotatedFilm& film) { return crops_of(film, config); };
  std::vector<std::vector<LesionCrop>> found = in_parallel(films, crops_on, done);
  auto crops = std::make_shared<std::vector<LesionCrop>>();
  for (std::vector<LesionCrop>& of_film : found) {
    std::ranges::move(of_film, std::back_inserter(*crops));
  }
  crops_ = std::move(crops);
}

} // namespace mammo::train
