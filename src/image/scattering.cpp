#include "mammo/image/scattering.hpp"

#include "image/fourier_filter.hpp"
#include "image/mirrored.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <numbers>

namespace mammo::image {
namespace {

constexpr std::int64_t most_scattered = 4096;

// A multiple of 2^J with margins of half of that or more on both sides.
std::int64_t padded_size(std::int64_t size, int scales) {
  return ((size >> scales) + 2) << scales;
}

// kymatio's numbers: in Fourier space the wavelets of one scale cover the frequencies of an octave.
GaborFilter morlet(int scale, int orientation, int orientations) {
  const double width = 1 << scale;
  const int turns = (orientations - 2) / 2 - orientation;
  return {.sigma = 0.8 * width,
          .slant = 4.0 / orientations,
          .angle = turns * std::numbers::pi / orientations,
          .frequency = 0.75 * std::numbers::pi / width};
}

std::vector<ScatteringPath> all_paths(const ScatteringOptions& o) {
  std::vector<ScatteringPath> paths{{}};
  for (int j = 0; j < o.scales; ++j) {
    for (int l = 0; l < o.orientations; ++l) paths.push_back({1, {j}, {l}});
  }
  if (o.order == 1) return paths;
  for (int j1 = 0; j1 < o.scales; ++j1) {
    for (int l1 = 0; l1 < o.orientations; ++l1) {
      for (int j2 = j1 + 1; j2 < o.scales; ++j2) {
        for (int l2 = 0; l2 < o.orientations; ++l2) paths.push_back({2, {j1, j2}, {l1, l2}});
      }
    }
  }
  return paths;
}

void check(std::int64_t height, std::int64_t width, const ScatteringOptions& o) {
  require<ArgumentError>(o.scales >= 1 && o.scales <= 10, "scattering: ", o.scales,
                         " scales, expected 1 to 10");
  require<ArgumentError>(o.orientations >= 1 && o.orientations <= 32, "scattering: ", o.orientations,
                         " orientations, expected 1 to 32");
  require<ArgumentError>(o.order == 1 || o.order == 2, "scattering: order ", o.order, ", expected 1 or 2");
  require<ArgumentError>(std::min(height, width) >= 1 << o.scales &&
                             std::max(height, width) <= most_scattered,
                         "scattering: a picture of ", height, " x ", width, ", expected sides of ",
                         1 << o.scales, " to ", most_scattered);
}

template <class T>
void copy_mirrored(const Tensor& picture, Tensor& padded) {
  const std::int64_t top = (padded.size(0) - picture.size(0)) / 2;
  const std::int64_t left = (padded.size(1) - picture.size(1)) / 2;
  const T* in = picture.data<T>().data();
  float* out = padded.mutable_data<float>().data();
  for (std::int64_t y = 0; y < padded.size(0); ++y) {
    const T* line = in + mirrored(y - top, picture.size(0)) * picture.size(1);
    for (std::int64_t x = 0; x < padded.size(1); ++x)
      *out++ = static_cast<float>(line[mirrored(x - left, picture.size(1))]);
  }
}

Tensor padded_picture(const Tensor& picture, std::int64_t height, std::int64_t width) {
  Tensor padded = Tensor::empty({height, width});
  switch (picture.dtype()) {
  case DType::u8: copy_mirrored<std::uint8_t>(picture, padded); break;
  case DType::u16: copy_mirrored<std::uint16_t>(picture, padded); break;
  case DType::f32: copy_mirrored<float>(picture, padded); break;
  default: throw TypeError(concat("scattering: a picture of ", picture.dtype(), ", expected u8, u16 or f32"));
  }
  return padded;
}

// Without the margin of one feature on each side.
void copy_inner(const Tensor& features, float* out) {
  const std::int64_t width = features.size(1);
  const float* in = features.data<float>().data();
  for (std::int64_t y = 1; y + 1 < features.size(0); ++y) {
    out = std::copy(in + y * width + 1, in + (y + 1) * width - 1, out);
  }
}

} // namespace

Scattering::Scattering(std::int64_t height, std::int64_t width, const ScatteringOptions& options)
    : height_(height), width_(width), options_(options), padded_height_(0), padded_width_(0) {
  check(height, width, options);
  padded_height_ = padded_size(height, options.scales);
  padded_width_ = padded_size(width, options.scales);
  paths_ = all_paths(options);
  low_pass_ = fourier_filter({.sigma = 0.8 * (1 << (options.scales - 1))}, padded_height_, padded_width_);
  wavelets_.resize(index(options.scales, 0));
  parallel_for(0, options.orientations, 1, [&](std::int64_t first, std::int64_t last) {
    for (auto l = static_cast<int>(first); l < last; ++l) {
      for (int j = 0; j < options.scales; ++j) {
        wavelets_[index(j, l)] =
            fourier_filter(morlet(j, l, options.orientations), padded_height_, padded_width_);
      }
    }
  });
}

std::size_t Scattering::index(int scale, int orientation) const {
  return static_cast<std::size_t>(scale) * static_cast<std::size_t>(options_.orientations) +
         static_cast<std::size_t>(orientation);
}

const detail::FourierPatch& Scattering::wavelet(int scale, int orientation) const {
  return wavelets_[index(scale, orientation)];
}

Tensor Scattering::operator()(const Tensor& picture) const {
  require<ShapeError>(picture.defined() && picture.shape() == Shape{height_, width_},
                      "scattering: a picture of shape ", picture.defined() ? picture.shape() : Shape{},
                      ", expected ", Shape{height_, width_});
  const int scales = options_.scales;
  const int orientations = options_.orientations;
  const std::int64_t height = height_ >> scales;
  const std::int64_t width = width_ >> scales;
  Tensor result = Tensor::empty({static_cast<std::int64_t>(paths_.size()), height, width});
  float* out = result.mutable_data<float>().data();
  // The low-pass of a spectrum at every 2^scale-th pixel.
  const auto keep = [&](std::int64_t path, const Tensor& spectrum, int scale) {
    const Tensor low = filtered(spectrum, low_pass_, std::int64_t{1} << (scales - scale));
    copy_inner(picture_of(low), out + path * height * width);
  };
  const Tensor spectrum = spectrum_of(padded_picture(picture.contiguous(), padded_height_, padded_width_));
  keep(0, spectrum, 0);
  // By orientation: all take the same time, whereas fine scales take longer than coarse ones.
  parallel_for(0, orientations, 1, [&](std::int64_t first, std::int64_t last) {
    for (auto l1 = static_cast<int>(first); l1 < last; ++l1) {
      std::int64_t second = 1 + std::int64_t{scales} * orientations; // paths of order 2
      for (int j1 = 0; j1 < scales; ++j1) {
        const Tensor waves =
            spectrum_of(modulus_of(filtered(spectrum, wavelet(j1, l1), std::int64_t{1} << j1)));
        keep(1 + std::int64_t{j1} * orientations + l1, waves, j1);
        if (options_.order == 1) continue;
        const std::int64_t paths_each = std::int64_t{scales - 1 - j1} * orientations;
        std::int64_t path = second + l1 * paths_each;
        second += orientations * paths_each;
        for (int j2 = j1 + 1; j2 < scales; ++j2) {
          for (int l2 = 0; l2 < orientations; ++l2) {
            const Tensor coarser = filtered(waves, wavelet(j2, l2), std::int64_t{1} << (j2 - j1));
            keep(path++, spectrum_of(modulus_of(coarser)), j2);
          }
        }
      }
    }
  });
  return result;
}

} // namespace mammo::image
