#pragma once

#include "mammo/image/film.hpp"

#include <string>
#include <string_view>

namespace mammo::image {

/// Which of a film's grey scales to use. By default: its first VOI LUT, else its first window with the
/// window's own function, else the full range of its depth.
struct VoiChoice {
  enum class Kind { automatic, lut, window, full };
  Kind kind = Kind::automatic;
  int number = 1;          ///< from 1; used where `explanation` is empty
  std::string explanation; ///< the LUT's or window's explanation, compared without regard to case
};

/// Reads `lut[:N|:EXPLANATION] | window[:N|:EXPLANATION] | full`, N from 1. Throws ArgumentError on anything
/// else.
VoiChoice parse_voi_choice(std::string_view text);

struct GreyImage {
  Tensor pixels;   ///< [height, width] u8, 0 black to 255 white
  std::string voi; ///< the grey scale used: "lut 1 (NORMAL)", "window 2 (linear, center 2047, width 4095)",
                   ///< "full range (12 bits)"
};

/// A film as it is meant to be seen (DICOM PS3.3 C.11.1 and C.11.2): modality transform, VOI, inversion for
/// MONOCHROME1 or an INVERSE Presentation LUT Shape. The VOI's output range is scaled linearly to 0..255 and
/// rounded to nearest, halves up, after inversion; padding is 0. Throws ArgumentError where the film lacks
/// the choice, saying which it has.
GreyImage render_grey8(const Film& film, const VoiChoice& choice = {});

} // namespace mammo::image
