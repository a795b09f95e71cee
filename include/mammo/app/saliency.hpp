#pragma once

#include "mammo/app/analyzer.hpp"
#include "mammo/explain/grad_cam.hpp"
#include "mammo/explain/occlusion.hpp"
#include "mammo/explain/smooth_grad.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::app {

enum class SaliencyMethod : std::uint8_t {
  input_gradient,
  smooth_grad,
  integrated_gradients,
  grad_cam,
  occlusion,
};

inline constexpr std::array all_saliency_methods{SaliencyMethod::grad_cam, SaliencyMethod::smooth_grad,
                                                 SaliencyMethod::integrated_gradients,
                                                 SaliencyMethod::input_gradient, SaliencyMethod::occlusion};

/// "grad_cam", as the command line and reports call it.
std::string_view name_of(SaliencyMethod method);
/// Throws ArgumentError on another name, listing all.
SaliencyMethod parse_saliency_method(std::string_view name);

struct SaliencyOptions {
  SaliencyMethod method = SaliencyMethod::grad_cam;
  /// Which detection of the film, 1 the best.
  int box = 1;
  /// Standard deviation of the Gaussian by which the map is blurred before it is drawn and its peak is
  /// sought, in pixels of the network's input: noise of single pixels says nothing.
  double blur = 4;
  /// A single anchor's logit looks at one part of the feature map: its elements count for themselves.
  explain::GradCamOptions grad_cam{.elementwise = true};
  explain::SmoothGradOptions smooth_grad{};
  /// Integrated gradients start from a black canvas: no film.
  std::int64_t steps = 32;
  /// Covered with the grey that the network takes for 0.
  explain::OcclusionOptions occlusion{.window = 64, .stride = 32};
};

/// Why the network scored a detection as it did.
struct Saliency {
  Analysis analysis; ///< with all detections, whatever their score
  SaliencyOptions options;
  Detection explained;
  double logit = 0;       ///< what was explained: the detection's score before the sigmoid
  std::int64_t level = 0; ///< of the feature pyramid, from 0, finest first, that made the detection
  std::string unit;       ///< of the map

  Tensor map;              ///< f32 [height, width] of the network's input, as the method gives it
  Tensor shown;            ///< f32, the map blurred, 0 where the input shows no film
  Point peak;              ///< of `shown`, in pixels of the original image
  double peak_value = 0;   ///< of `shown`
  double share_in_box = 0; ///< of the sum of what speaks for the score in `shown`
  bool is_signed = false;  ///< the map has values below 0, which speak against
};

/// Explains a detection of a film that `analyzer` analysed with threshold 0. Throws ArgumentError where there
/// is no such detection, or on options out of range.
Saliency explain_detection(const Analyzer& analyzer, Analysis analysis, const SaliencyOptions& options = {});

} // namespace mammo::app
