#pragma once

#include "mammo/image/breast_mask.hpp"
#include "mammo/image/full_range.hpp"
#include "mammo/image/thesis_chain.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::image {

/// A film on its way through the steps. Steps from `eight_bit` on work on a twin of the picture, from which
/// the mask is made; `breast` and `skin` make the mask at once.
struct Preprocessing {
  Levels picture;                 ///< as the steps so far have made it
  Tensor twin = {};               ///< u8, undefined before `eight_bit`, `breast` and `skin`
  AffineTransform to_film = {};   ///< from the picture to the film, between pixel edges
  std::optional<Side> chest = {}; ///< the chest wall's side, where the film says it: see chest_side()
  std::string view = {};          ///< as FilmMetadata's view_position; empty where nobody knows
};

/// The steps' names. full_range, flip, vertical_crop, clahe, clean, eight_bit, blur, threshold, contour,
/// mask, horizontal_crop are the thesis', in the order in which its chain takes them; orient, breast, skin,
/// pectoral, crop, stretch, match stand on breast_mask.hpp, pectoral_muscle.hpp and grey_normalization.hpp.
const std::vector<std::string>& preprocessing_steps();

/// The steps of a chain, `thesis` or `normalized`. Throws ArgumentError on another name.
const std::vector<std::string>& chain_steps(std::string_view chain);

/// What is wrong with a list of steps: throws ArgumentError on an empty one, a name that is no step, or a
/// step before one that it needs, such as `blur` before `eight_bit`.
void check_steps(const std::vector<std::string>& steps);

/// Takes one step. Returns the picture that the step has made, of the film or of its twin. Throws
/// ArgumentError where it is no step or another has to come before it, Error where the film is none for it
/// (`pectoral` on a CC view), and what the step itself throws.
Tensor take_step(std::string_view step, Preprocessing& film, const ThesisChainOptions& options = {});

} // namespace mammo::image
