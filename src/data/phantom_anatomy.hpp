#pragma once

#include "mammo/core/random.hpp"
#include "mammo/data/phantom.hpp"

#include <array>
#include <vector>

namespace mammo::data {

// What a phantom is made of, in millimetres, before any pixel is drawn. Every breast is drawn as a left one,
// the chest wall at x = 0 and the nipple to the right of it; films of right breasts are mirrored at the end.

struct Lesion {
  int number = 1;
  MassShape shape = MassShape::oval;
  double radius = 0;
  std::array<Point, 2> center; // in CC and MLO
};

struct Calcification {
  double radius = 0;
  double contrast = 0;
  int lesion = 0;              // whose cluster it belongs to; 0: none
  std::array<Point, 2> center; // in CC and MLO
};

// What one projection shows of a breast.
struct Silhouette {
  std::vector<Point> skin;     // from the chest wall or the film's upper edge around to the chest wall below
  std::vector<Point> breast;   // closed along the film's edges
  std::vector<Point> muscle;   // the pectoral muscle's border, top to bottom; empty in CC
  std::vector<Point> pectoral; // closed along the film's edges
  Point nipple;
  Point gland;           // middle of the fibroglandular disc
  Point gland_axes;      // half its extent, ways x and y
  double gland_tilt = 0; // dx/dy of its long axis
};

struct Breast {
  std::array<Silhouette, 2> views; // CC, MLO
  std::vector<Lesion> lesions;
  std::vector<Calcification> calcifications;
};

struct Anatomy {
  int density = 1;
  std::array<Breast, 2> breasts; // left, right
};

// Where the numbers of one part come from: each has a stream of its own, so that asking for one mass more
// does not change the breast around it.
Generator stream_of(std::uint64_t seed, Laterality laterality, std::uint64_t part);

// A point on the unit circle.
Point random_direction(Generator& generator);

// An exam, whose lesions are shared out between the breasts.
Anatomy draw_anatomy(const PhantomOptions& options);
// One breast that has all of them.
Anatomy draw_anatomy(const PhantomOptions& options, Laterality only);

} // namespace mammo::data
