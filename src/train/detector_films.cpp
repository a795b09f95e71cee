#include "mammo/train/detector_films.hpp"

#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "train/in_parallel.hpp"

#include <utility>

namespace mammo::train {

image::DetectorInputOptions input_options(const models::InputConfig& config) {
  return {.working_height = config.working_height,
          .breast = {.blur_sigma = config.breast.blur_sigma,
                     .otsu_fraction = config.breast.otsu_fraction,
                     .least_threshold = config.breast.least_threshold,
                     .frame_columns = config.breast.frame_columns,
                     .frame_rows = config.breast.frame_rows,
                     .opening = config.breast.opening,
                     .least_area = config.breast.least_area,
                     .margin_columns = config.breast.margin_columns,
                     .margin_rows = config.breast.margin_rows,
                     .touching = config.breast.touching,
                     .touching_rows = config.breast.touching_rows},
          .brightness = {.percentile = config.brightness.percentile,
                         .background = config.brightness.background,
                         .target = config.brightness.target,
                         .least = config.brightness.least},
          .canvas = {.height = config.canvas.height,
                     .width = config.canvas.width,
                     .max_scale = config.canvas.max_scale},
          .mean = config.mean};
}

data::AugmentationOptions on_canvas(data::AugmentationOptions options, const models::InputConfig& config) {
  options.height = config.canvas.height;
  options.width = config.canvas.width;
  options.max_scale = config.canvas.max_scale;
  options.mean = config.mean;
  return options;
}

image::BreastCrop read_breast_crop(const data::AnnotatedFilm& film,
                                   const image::DetectorInputOptions& options) {
  image::DetectorInputOptions with_aspect = options;
  with_aspect.aspect = film.aspect();
  const image::Film read = image::read_film(film.path);
  image::BreastCrop crop = image::crop_breast(image::render_grey8(read).pixels, with_aspect);
  const AffineTransform to_picture =
      AffineTransform::scaling(static_cast<double>(read.width()) / static_cast<double>(film.width),
                               static_cast<double>(read.height()) / static_cast<double>(film.height));
  crop.to_crop = to_picture.then(crop.to_crop);
  crop.breast = to_picture.inverse().apply(crop.breast);
  return crop;
}

DetectorFilms::DetectorFilms(std::span<const data::AnnotatedFilm> films,
                             const image::DetectorInputOptions& options, std::int64_t label,
                             const std::function<void(std::size_t done)>& done) {
  const auto labelled = [&](const data::AnnotatedFilm& film) {
    image::BreastCrop crop = read_breast_crop(film, options);
    data::LabelledFilm result;
    result.picture = std::move(crop.picture);
    for (const data::AnnotatedLesion& lesion : film.lesions) {
      if (lesion.crowd) continue;
      result.boxes.push_back(crop.to_crop.apply(lesion.box));
      result.labels.push_back(label);
    }
    return result;
  };
  films_ = std::make_shared<const std::vector<data::LabelledFilm>>(in_parallel(films, labelled, done));
}

} // namespace mammo::train
