#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/data/view.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace mammo::data {

enum class MassShape { oval, lobulated, spiculated };

/// "oval", "lobulated", "spiculated".
const char* name_of(MassShape shape);

constexpr int most_phantom_lesions = 16;

struct PhantomOptions {
  std::uint64_t seed = 0;
  /// Masses, 0 to most_phantom_lesions. An exam shares them out between its breasts, a single film has all of
  /// them.
  int lesions = 2;
  std::int64_t height = 1536;  ///< pixels, 96 to 8192
  std::int64_t width = 1152;   ///< pixels, 0.5 to 1 times the height
  double film_height_mm = 240; ///< 120 to 400; with the height it gives the pixel spacing
  int bits = 12;               ///< of the pixel values, 12 or 14
  int density = 0; ///< BI-RADS 1 (almost entirely fat) to 4 (extremely dense); 0: drawn from the seed
};

/// Everything below is in pixels of the film, x to the right, y down, between pixel edges as in Box.

struct PhantomMass {
  int lesion = 0; ///< from 1; the same number is the same mass in the other view of the breast
  MassShape shape = MassShape::oval;
  bool malignant = false; ///< exactly the spiculated ones
  Point center;
  double diameter_mm = 0;             ///< mean, without spicules
  double distance_from_nipple_mm = 0; ///< from the nipple to `center`; the same in both views
  std::vector<Point> outline;         ///< closed; the last point joins the first
  Tensor mask;                        ///< u8 [H, W], 1 where a pixel's centre is inside the outline
  Box box;                            ///< the mask's extent
};

/// Both films of a breast have the same calcifications, in the same order.
struct PhantomCalcification {
  Point center;
  double radius = 0;
  int lesion = 0; ///< the mass whose cluster it belongs to; 0 for one by itself
};

/// One film and all that is known of it. A polygon is closed by joining its last point to its first; a mask
/// is u8 [H, W], 1 where a pixel's centre is inside.
struct PhantomFilm {
  Laterality laterality = Laterality::left;
  Projection projection = Projection::cc;
  double spacing_mm = 0; ///< from one pixel to the next, both ways
  int bits = 12;
  int density = 1; ///< BI-RADS category, 1 to 4
  Tensor pixels;   ///< u16 [H, W], brighter where more was absorbed

  std::vector<Point> breast_outline;
  Tensor breast; ///< with the part of the muscle on the film
  Point nipple;
  std::vector<Point> pectoral_outline; ///< empty in CC
  Tensor pectoral;                     ///< all 0 in CC
  Tensor glandularity; ///< f32 [H, W], the fraction of the breast's thickness that is fibroglandular, 0 to 1
  Tensor parenchyma;   ///< where that fraction is 0.35 or more, in front of the muscle
  double dense_fraction = 0; ///< area of `parenchyma` over that of the breast without muscle

  std::vector<PhantomMass> masses;
  std::vector<PhantomCalcification> calcifications;
  std::string label; ///< what the lead letters say, "R MLO"
  Box label_box;     ///< their extent, outside the breast
};

/// A synthetic screening exam. Left breasts face right and right breasts face left, as films are hung.
struct PhantomExam {
  std::array<PhantomFilm, 4> films; ///< L CC, R CC, L MLO, R MLO
};

/// The four films are made in parallel. The same options give the same bits on every x86-64 machine, whatever
/// its processor and thread count: only integers, IEEE +, -, *, / and square roots are used. Another version
/// of mammo may draw other films.
///
/// Throws ArgumentError on an option out of range.
PhantomExam make_phantom_exam(const PhantomOptions& options = {});

/// One film of a breast of its own, which has all the lesions. Small sizes take milliseconds: for training
/// sets and tests. Throws as above.
PhantomFilm make_phantom_film(const PhantomOptions& options, Laterality laterality, Projection projection);

} // namespace mammo::data
