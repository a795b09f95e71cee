#pragma once

#include "data/plane.hpp"
#include "mammo/core/random.hpp"

namespace mammo::data {

// A random field whose power falls with the third power of spatial frequency, as that of mammograms does
// (Burgess 1999, "Mammographic structure: data preparation and spatial statistics analysis", Proc. SPIE 3661:
// exponents near 3), between wavelengths of about `coarsest` and `finest` pixels. Mean 0, deviation 1.
//
// Octave by octave: the field is refined to twice as many samples by cubic B-spline subdivision, then white
// noise is added, of half the variance at each step: an octave at frequency f holds power f^-3 over a ring of
// area f^2.
Field power_law_noise(std::int64_t height, std::int64_t width, double coarsest, double finest,
                      Generator& generator);

// The field between samples, bilinear; coordinates are clamped to the field.
double sample(const Field& field, double y, double x);

} // namespace mammo::data
