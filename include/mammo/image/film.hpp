#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mammo::image {

/// What the smallest value is shown as (DICOM PS3.3 C.7.6.3.1.2).
enum class Photometric {
  monochrome1, ///< white
  monochrome2, ///< black
};

/// Shape of a window (DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3).
enum class VoiFunction { linear, linear_exact, sigmoid };

/// A window over values after the modality transform.
struct Window {
  double center = 0;
  double width = 1;
  VoiFunction function = VoiFunction::linear;
  std::string explanation;
};

/// A lookup table (DICOM PS3.3 C.11.1.1 and C.11.2.1.1): `values[i]` belongs to the input `first_mapped + i`;
/// an input outside takes the nearest end's value. Values use `bits` bits, 8 to 16. `values` is never empty.
struct LookupTable {
  std::int64_t first_mapped = 0;
  int bits = 16;
  std::vector<std::uint16_t> values;
  std::string explanation;
};

/// Stored values low..high, both included, that are no image.
struct PaddingRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

struct PixelSpacing {
  double row_mm = 0;    ///< from one row to the next
  double column_mm = 0; ///< from one column to the next
  std::string
      attribute; ///< the DICOM attribute that said so; "ImagerPixelSpacing" is in the detector's plane
};

/// What a file says of itself; a text it does not give is empty.
struct FilmMetadata {
  std::string modality;
  std::string laterality; ///< "L", "R", or "B" for both
  std::string
      view_position; ///< "CC", "MLO", ..., as given by View Position, else by View Code Sequence's meaning
  std::string manufacturer;
  std::string patient_orientation; ///< rows' direction, backslash, columns' direction: "A\\FR"
  std::string presentation_intent; ///< "FOR PRESENTATION" or "FOR PROCESSING"
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::optional<PixelSpacing> pixel_spacing;
};

/// One mammogram as its file stores it, with everything needed to show it. `voi.hpp` turns it into grey
/// values.
///
/// People who already have pixels in memory start from `film_from_pixels` and fill in what they know.
struct Film {
  /// [height, width]; u8, u16, or i32 where stored values are signed.
  Tensor stored;
  /// The depth: stored values use this many bits, 1 to 16 (Bits Stored for DICOM).
  int bits = 8;
  Photometric photometric = Photometric::monochrome2;
  /// Presentation LUT Shape is INVERSE.
  bool presentation_inverse = false;

  /// The modality transform: a table where there is one, else `rescale_slope * stored + rescale_intercept`.
  std::optional<LookupTable> modality_lut;
  double rescale_slope = 1;
  double rescale_intercept = 0;

  std::vector<LookupTable> voi_luts;
  std::vector<Window> windows;
  std::optional<PaddingRange> padding;

  FilmMetadata metadata;
  std::string format; ///< for people: "PNG 16 bit", "DICOM JPEG Lossless"
  std::vector<std::string> warnings;

  std::int64_t height() const { return stored.size(0); }
  std::int64_t width() const { return stored.size(1); }
  /// Stored values are signed.
  bool is_signed() const { return stored.dtype() == DType::i32; }
};

/// A film from pixels in memory. `stored` is [height, width] and shared, not copied: u8, u16, or i32 for
/// signed values. `bits` 0 takes the least of 8, 10, 12, 14, 16 that holds the largest value. Throws
/// ShapeError unless rank 2 and not empty, TypeError on another dtype, ArgumentError where a value does not
/// fit into `bits`.
Film film_from_pixels(Tensor stored, int bits = 0, Photometric photometric = Photometric::monochrome2);

/// The least of 8, 10, 12, 14, 16 bits that holds `largest` (0 to 65535).
int depth_for(std::int64_t largest);

} // namespace mammo::image
