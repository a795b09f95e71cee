#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/data/view.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mammo::data {

enum class Pathology { benign, malignant };

/// A lesion as it shows on one film. What nobody says is empty.
struct AnnotatedLesion {
  std::int64_t id = 0; ///< as in the annotation file
  std::int64_t category = 0;
  Box box;            ///< in annotation pixels
  double area = 0;    ///< in annotation pixels squared: of the outline where there is one, else of the box
  bool crowd = false; ///< the box stands for several: COCO's iscrowd
  /// The same text for the same lesion on the breast's other film.
  std::string lesion;
  std::optional<Pathology> pathology;
  /// What readers saw, in the data set's words: targets at most, never inputs.
  std::string shape;
  std::string margins;
  std::optional<int> assessment; ///< BI-RADS, 0 to 6
};

/// A film of a data set with what is marked on it. Its picture is read when it is needed, and may have
/// another size than its annotations.
struct AnnotatedFilm {
  std::int64_t id = 0; ///< as in the annotation file
  std::filesystem::path path;
  std::string name; ///< of the picture, as in the annotation file
  /// Annotation pixels: boxes lie in [0, width] x [0, height].
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// Of the film's true width to its height, where the picture was stretched; see aspect().
  std::optional<double> native_aspect;

  std::string patient; ///< films of one patient share it; the picture's name where nobody says
  std::optional<Laterality> laterality;
  std::optional<Projection> projection;
  std::optional<int> density; ///< BI-RADS, 1 to 4
  std::optional<int> fold;    ///< of the split, where one was given
  std::vector<AnnotatedLesion> lesions;

  /// True width over height.
  double aspect() const {
    return native_aspect.value_or(static_cast<double>(width) / static_cast<double>(height));
  }
};

} // namespace mammo::data
