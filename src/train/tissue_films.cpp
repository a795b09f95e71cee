#include "mammo/train/tissue_films.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/warp.hpp"

#include <mutex>
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
  auto labelled = std::make_shared<std::vector<data::LabelledFilm>>(films.size());
  std::mutex counting;
  std::size_t ready = 0;
  parallel_for(0, static_cast<std::int64_t>(films.size()), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      (*labelled)[i] = prepared(films[i], options);
      const std::lock_guard lock(counting);
      ++ready;
      if (done) done(ready);
    }
  });
  films_ = std::move(labelled);
}

} // namespace mammo::train
