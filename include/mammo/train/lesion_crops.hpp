#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/models/pathology.hpp"
#include "mammo/train/lesion_input.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mammo::train {

/// What readers said of a lesion, as targets of a pathology ensemble's heads.
struct LesionTargets {
  bool malignant = false;
  /// 1 for each word that applies, in the order of the lists below; all 0 where nobody said.
  std::vector<float> shape;
  std::vector<float> margin;
  std::vector<float> birads; ///< assessments 0 to 6
};

/// CBIS-DDSM's words; a lesion may have several, joined by hyphens.
std::span<const std::string> mass_shapes();
std::span<const std::string> mass_margins();
inline constexpr std::int64_t birads_assessments = 7;

/// Throws ArgumentError on a lesion without pathology.
LesionTargets targets_of(const data::AnnotatedLesion& lesion);

/// A lesion cut out of its film with room around it.
struct LesionCrop {
  LesionFilm film; ///< the part of the film that matters
  Box box;         ///< in pixels of that part
  LesionTargets targets;
  std::string patient;
  std::string name;   ///< of the film
  std::string lesion; ///< the same on the breast's other film; empty where nobody knows
};

/// Lesions of known pathology of many films, read in parallel: what training draws its batches from, and what
/// is measured. Crowd boxes, boxes without area and lesions of unknown pathology - of films whose lesions
/// differ in it, among others - are left out. `done` is told how many films are ready, by one thread at a
/// time. Throws FileError where a film cannot be read.
class LesionCrops {
 public:
  LesionCrops(std::span<const data::AnnotatedFilm> films, const models::LesionInputConfig& config,
              const std::function<void(std::size_t done)>& done = {});

  std::size_t size() const { return crops_->size(); }
  const LesionCrop& operator[](std::size_t index) const { return crops_->at(index); }

 private:
  std::shared_ptr<const std::vector<LesionCrop>> crops_; // shared by copies
};

} // namespace mammo::train
