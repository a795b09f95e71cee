#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/models/presence.hpp"
#include "mammo/train/lesion_input.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace mammo::train {

/// Something that a detector marked on a film.
struct Mark {
  Box box; ///< in pixels of the film
  double score = 0;
};

/// A mark that stays after a second look.
struct ConfirmedMark {
  std::size_t mark = 0; ///< which of those given
  Box box;              ///< in pixels of the film, inside it
  double score = 0;
  double presence = 0; ///< logit
};

/// Looks again at each mark of a film that scores enough and keeps those that others do not suppress, best
/// first. A box that comes out less than a pixel wide or high marks nothing. Throws ArgumentError on a given
/// one without area.
std::vector<ConfirmedMark> confirm_marks(const models::ResNet& network, const models::PresenceConfig& config,
                                         const LesionFilm& film, std::span<const Mark> marks);

} // namespace mammo::train
