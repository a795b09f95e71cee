#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/image/film.hpp"

#include <cstdint>
#include <optional>

namespace mammo::image {

/// Which line is the breast's edge. On most films a dim rim of skin and fat lies between the two.
enum class BreastEdge : std::uint8_t {
  skin,   ///< where the film leaves its background: nothing of the breast is lost
  tissue, ///< where the rim has become bright enough to be seen at an ordinary window, as the readers drew it
          ///< who annotated DDSM's tissue maps
};

/// How the breast is told from the film around it. Levels are of 255, of the picture's whole depth; lengths
/// are fractions of the picture's side.
struct BreastMaskOptions {
  BreastEdge edge = BreastEdge::tissue;
  double tissue_level = 24;   ///< of the edge `tissue`, where the background is darker by more than the rise
  double tissue_rise = 6;     ///< of the edge `tissue`, at least, above the background
  double rim_share = 0.009;   ///< of the edge `tissue`: its level rises while each level takes more than this
                              ///< share of the breast away, which is what a wide dim rim does
  double skin_rise = 5;       ///< of the edge `skin`, above the background
  double widest_frame = 0.08; ///< of a bright frame at a side of the film
  double thinnest_part = 0.025; ///< of the height: what is thinner (frames, scratches, letters) is no breast
  double least_area = 0.04;     ///< fraction of the picture below which nothing was found
};

/// A side of the picture.
enum class Side : std::uint8_t { left, right };

struct BreastMask {
  Tensor mask;             ///< u8 [H, W], 1 in the breast; all 1 where it was not found
  Box box;                 ///< of the mask, in whole pixels
  bool found = false;      ///< false: no part was large enough, or the picture has no background
  Side chest = Side::left; ///< where the mask reaches the film's edge, within its frame, along more rows
  double background = 0;   ///< level of the film around the breast, of 255
};

/// Finds the breast on a film with labels, bright frames, scratches and noise: the picture is reduced to at
/// most 480 rows, bright frames are cut off its four sides, what is brighter than the background is opened,
/// its largest part is kept with what the opening took off its edge, and holes in it, small gaps at the chest
/// wall too, are filled; the outline is smoothed and brought back to the picture's own pixels.
///
/// `picture`: u8 or u16 [H, W] of `bits` bits, air dark. Throws TypeError or ShapeError on another picture,
/// ArgumentError on other bits or an option out of range.
BreastMask find_breast_mask(const Tensor& picture, int bits, const BreastMaskOptions& options = {});

/// The side at which the chest wall lies, as the film's Patient Orientation says: rows that run to the front
/// (A) begin at the chest wall, rows that run to the back (P) end there. Empty where the film does not say.
std::optional<Side> chest_side(const FilmMetadata& metadata);

/// The side of the picture that a breast's mask touches along more rows; where it touches both or neither
/// alike, the half that holds more of it (left where these are equal). `mask`: u8 [H, W], not 0 in the
/// breast. Throws TypeError or ShapeError on another.
Side chest_side(const Tensor& mask);

} // namespace mammo::image
