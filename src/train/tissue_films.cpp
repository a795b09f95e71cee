#include "mammo/train/tissue_films.hpp"

#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/warp.hpp"
#include "train/in_parallel.hpp"

#include <utility>

namespace mammo::train {
namespace {

data::LabelledFilm prepared(const data::TissueFilm& film, const image::DetectorInputOptions& options) {
  const image::Film read = image::read_film(film.film);
  const Tensor map = data::read_tissue_map(film.labels);
  if (map.size(0) != read.height() || map.size(1) != read.width()) {
    throw FileError(film.labels.string(),
                    concat("has ", map.size(0), " x ", map.size(1), " pixels, expected ", read.height(),
                           " x ", read.width(), ", as its film has"));
  }
  image::BreastCrop crop = image::crop_breast(image::render_grey8(read).pixels, options);
  data::LabelledFilm labelled{.picture = std::move(crop.picture)};
  labelled.mask = image::warp(map, {crop.to_crop}, labelled.picture.size(0), labelled.picture.size(1),
                              {.interpolation = image::Interpolation::nearest});
  return labelled;
}

} // namespace

TissueFilms::TissueFilms(std::span<const data::TissueFilm> films, const image::DetectorInputOptions& options,
                         const std::function<void(std::size_t done)>& done) {
  const auto labelled = [&](const data::TissueFilm& film) { return prepared(film, options); };
  films_ = std::make_shared<const std::vector<data::LabelledFilm>>(in_parallel(films, labelled, done));
}

} // namespace mammo::train
