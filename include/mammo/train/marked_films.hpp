#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/data/coco.hpp"
#include "mammo/train/lesion_input.hpp"
#include "mammo/train/second_look.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace mammo::train {

/// A film with its masses and what a detector marked on it.
struct MarkedFilm {
  LesionFilm film;
  std::vector<Box> lesions; ///< in pixels of the film, as marks
  struct Judged : Mark {
    double overlap = 0;     ///< largest IoU with a lesion
    std::size_t lesion = 0; ///< that one, where the overlap is above 0
  };
  std::vector<Judged> marks; ///< as given
};

/// Films and the marks on them, read in parallel and held whole, a byte a pixel; copies share them. Crowd
/// boxes and boxes without area are left out.
class MarkedFilms {
 public:
  /// `marks`: a COCO result file's, in annotation pixels; those on other films are not looked at. `done` is
  /// told how many films are ready, by one thread at a time. Throws FileError where a film cannot be read,
  /// ArgumentError where there are films but no mark on any.
  MarkedFilms(std::span<const data::AnnotatedFilm> films, std::span<const data::CocoResult> marks,
              const models::LesionInputConfig& config,
              const std::function<void(std::size_t done)>& done = {});

  std::size_t size() const { return films_->size(); }
  const MarkedFilm& operator[](std::size_t index) const { return films_->at(index); }

 private:
  std::shared_ptr<const std::vector<MarkedFilm>> films_;
};

} // namespace mammo::train
