#pragma once

#include "mammo/image/scattering.hpp"

#include <cstdint>

namespace mammo::image {

/// A Gaussian of standard deviation `sigma` pixels along `angle` (radians, from the axis of rows) and sigma /
/// `slant` across it, times a wave of `frequency` (radians a pixel) along `angle`.
struct GaborFilter {
  double sigma = 1;
  double slant = 1;
  double angle = 0;
  double frequency = 0;
};

/// The filter, periodic over height x width, in Fourier space. With a frequency it is a Morlet wavelet: less
/// as much of the Gaussian alone as makes it 0 at frequency 0.
detail::FourierPatch fourier_filter(const GaborFilter& gabor, std::int64_t height, std::int64_t width);

/// Spectra, f32 [h, w, 2], frequency 0 first. The filtered picture at every `step`-th pixel along both axes:
/// the product's frequencies folded onto each other. h and w are multiples of `step`.
Tensor filtered(const Tensor& spectrum, const detail::FourierPatch& filter, std::int64_t step);

/// Of a picture f32 [h, w].
Tensor spectrum_of(const Tensor& picture);
/// |inverse transform|, f32 [h, w].
Tensor modulus_of(const Tensor& spectrum);
/// The inverse transform's real part, f32 [h, w].
Tensor picture_of(const Tensor& spectrum);

} // namespace mammo::image
