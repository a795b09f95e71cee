#pragma once

#include "mammo/image/full_range.hpp"
#include "mammo/image/thesis_chain.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mammo::image {

/// A film on its way through the steps. Steps from `eight_bit` on work on a twin of the picture, from which
/// the mask is made.
struct Preprocessing {
  Levels picture;               ///< as the steps so far have made it
  Tensor twin = {};             ///< u8, undefined before `eight_bit`
  AffineTransform to_film = {}; ///< from the picture to the film, between pixel edges
};

/// full_range, flip, vertical_crop, clahe, clean, eight_bit, blur, threshold, contour, mask, horizontal_crop:
/// the steps, in the order in which the chain `thesis` takes them.
const std::vector<std::string>& preprocessing_steps();

/// The steps of a chain; there is `thesis`. Throws ArgumentError on another name.
const std::vector<std::string>& chain_steps(std::string_view chain);

/// What is wrong with a list of steps: throws ArgumentError on an empty one, a name that is no step, or a
/// step before one that it needs, such as `blur` before `eight_bit`.
void check_steps(const std::vector<std::string>& steps);

/// Takes one step. Returns the picture that the step has made, of the film or of its twin. Throws
/// ArgumentError where it is no step or another has to come before it, and what the step itself throws.
Tensor take_step(std::string_view step, Preprocessing& film, const ThesisChainOptions& options = {});

} // namespace mammo::image
