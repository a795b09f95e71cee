#pragma once

#include "mammo/data/ddsm_tissue.hpp"
#include "mammo/data/labelled_film.hpp"
#include "mammo/image/detector_input.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace mammo::train {

/// A film with its map of tissues, prepared as a density model's input is: cropped to the breast, brightness
/// evened out, and the map resampled along to the nearest pixel as the crop's mask.
///
/// Held in memory, half a megabyte a film at a working height of 800; copies share it.
class TissueFilms {
 public:
  /// Reads the films in parallel; `done` is told how many are ready, by one thread at a time. Throws
  /// FileError where a picture cannot be read or has another size than its map.
  TissueFilms(std::span<const data::TissueFilm> films, const image::DetectorInputOptions& options,
              const std::function<void(std::size_t done)>& done = {});

  std::size_t size() const { return films_->size(); }
  data::LabelledFilm get(std::size_t index) const { return films_->at(index); }

 private:
  std::shared_ptr<const std::vector<data::LabelledFilm>> films_;
};

} // namespace mammo::train
