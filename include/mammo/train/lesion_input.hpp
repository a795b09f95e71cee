#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/warp.hpp"
#include "mammo/models/lesion_input_config.hpp"

#include <optional>

namespace mammo::train {

/// A film of which lesions are looked at one by one.
struct LesionFilm {
  Tensor grey;             ///< u8 [H, W], as its VOI shows it
  double pixel_aspect = 1; ///< how wide a pixel is for its height
  double gain = 1;         ///< that evens out the film's brightness
};

/// How brightness is evened out for a network that sees lesions one by one, as options of mammo::image.
image::DetectorInputOptions brightness_options(const models::LesionInputConfig& config);

/// Finds the breast and its brightness. `grey`: u8 [H, W]; `aspect`: the film's true width over height, by
/// default the picture's own. Throws as image::crop_breast does.
LesionFilm lesion_film(const Tensor& grey, std::optional<double> aspect,
                       const models::LesionInputConfig& config);

/// What is done to a lesion by chance; by default nothing.
struct LesionChange {
  data::Placement placement;
  data::GreyChange grey;
};

/// A lesion as a network that looks at lesions one by one sees it.
struct FramedLesion {
  Tensor image;          ///< f32 [1, S, S]: grey levels - mean
  image::Warp to_window; ///< from the film
};

/// The window around a box, in pixels of the film. What lies outside the film is black. Throws ArgumentError
/// on a box without area.
FramedLesion framed_lesion(const LesionFilm& film, const Box& box, const models::LesionInputConfig& config,
                           const LesionChange& change = {});

/// What a pathology ensemble is given of one lesion.
struct LesionInput {
  Tensor image; ///< f32 [1, S, S]: grey levels - mean
  Tensor mask;  ///< f32 [1, S, S]: the ellipse inscribed in the box

  struct Batch {
    Tensor images; ///< f32 [N, 1, S, S]
    Tensor masks;  ///< f32 [N, 1, S, S]
  };
};

/// framed_lesion and the box's ellipse in it.
LesionInput lesion_input(const LesionFilm& film, const Box& box, const models::LesionInputConfig& config,
                         const LesionChange& change = {});

/// The same of several lesions, as one batch; of none it is a batch of undefined tensors.
LesionInput::Batch lesion_inputs(const LesionFilm& film, std::span<const Box> boxes,
                                 const models::LesionInputConfig& config);

} // namespace mammo::train
