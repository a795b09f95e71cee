#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/models/detector.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace mammo::train {

/// The options of mammo::image that a detector's configuration stands for. The aspect is left open.
image::DetectorInputOptions input_options(const models::InputConfig& config);

/// Augmentation that ends on the canvas of a detector's configuration.
data::AugmentationOptions on_canvas(data::AugmentationOptions options, const models::InputConfig& config);

/// A film read, turned into what its VOI says, and cropped to the breast. Throws FileError where it cannot be
/// read. The film's picture may have another size than its annotations.
image::BreastCrop read_breast_crop(const data::AnnotatedFilm& film,
                                   const image::DetectorInputOptions& options);

/// The same for many, in parallel, with their lesions in pixels of the crops as boxes of class `label`: what
/// training draws its batches from. Half a megabyte a film at a working height of 800. Crowd boxes are left
/// out. `done` is told how many are ready, by one thread at a time.
class DetectorFilms {
 public:
  DetectorFilms(std::span<const data::AnnotatedFilm> films, const image::DetectorInputOptions& options,
                std::int64_t label, const std::function<void(std::size_t done)>& done = {});

  std::size_t size() const { return films_->size(); }
  data::LabelledFilm get(std::size_t index) const { return films_->at(index); }

 private:
  std::shared_ptr<const std::vector<data::LabelledFilm>> films_; // shared by copies
};

} // namespace mammo::train
