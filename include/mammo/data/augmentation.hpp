#pragma once

#include "mammo/core/random.hpp"
#include "mammo/data/collate.hpp"
#include "mammo/data/dataset.hpp"
#include "mammo/data/labelled_film.hpp"
#include "mammo/image/warp.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace mammo::data {

/// A number that is uniform in [low, high) with a probability; otherwise what it steers is left out.
struct RandomValue {
  double low = 0;
  double high = 0;
  double probability = 1;
};

/// What is done to films by chance. By default nothing: the film is fitted to the canvas, no more.
///
/// All that moves pixels - fit, flips, scale, rotation, shift, zoom, elastic bending - is one warp, so the
/// film is resampled once. Then lesions of other films are pasted, then grey values change, in the order
/// listed.
struct AugmentationOptions {
  std::int64_t height = 800; ///< of the canvas, pixels
  std::int64_t width = 448;
  double max_scale = 1.6; ///< of the fit, as CanvasOptions has it
  double white = 255;     ///< the pictures' largest grey; grey values are clipped to 0..white
  double mean = 0;        ///< subtracted from the canvas at the end

  double flip_left_right = 0;            ///< probability
  double flip_up_down = 0;               ///< probability
  RandomValue scale = {1, 1};            ///< factor, about the canvas's middle
  RandomValue rotation = {0, 0};         ///< degrees, about the canvas's middle
  RandomValue shift_x = {0, 0};          ///< canvas pixels
  RandomValue shift_y = {0, 0};          ///< canvas pixels
  RandomValue zoom = {1, 1, 0};          ///< factor >= 1: a part of the canvas, placed by chance, fills it
  RandomValue elastic = {0, 0, 0};       ///< largest displacement, canvas pixels
  std::int64_t elastic_spacing = 64;     ///< of its nodes, canvas pixels; over 4 times the displacement
  double mosaic = 0;                     ///< probability that the canvas is shared by four films
  RandomValue mosaic_scale = {0.5, 0.8}; ///< factor on each film in a mosaic
  double paste = 0;                      ///< probability that a lesion of another film is pasted
  RandomValue paste_scale = {0.8, 1.25}; ///< factor on the pasted lesion
  double tissue = 40; ///< grey value; lesions are pasted where their surroundings are brighter

  RandomValue blur = {0, 0, 0};   ///< Gaussian's standard deviation, canvas pixels
  RandomValue gamma = {1, 1};     ///< white (v / white)^gamma
  RandomValue gain = {1, 1};      ///< factor: contrast
  RandomValue offset = {0, 0};    ///< grey values: brightness
  RandomValue noise = {0, 0, 0};  ///< standard deviation, grey values
  RandomValue cutout = {0, 0, 0}; ///< side of a square hole, fraction of the canvas's shorter side
  int cutout_holes = 1;           ///< filled with `mean`

  double least_visible = 0.3; ///< fraction of a box's area; a box of which less is in view is dropped
  double least_side = 2;      ///< canvas pixels; a box that is narrower or lower is dropped
};

/// The shipped detector's recipe (see its model card): scale 0.75 to 1.25, rotation within 12 degrees, shift
/// within 30 columns and 40 rows, flips, gain 0.8 to 1.2, offset within 12, gamma 0.75 to 1.35.
AugmentationOptions detector_augmentation();

/// Throws ArgumentError unless every option is in its range.
void check(const AugmentationOptions& options);

/// How a film is moved: what was drawn.
struct Placement {
  bool flip_left_right = false;
  bool flip_up_down = false;
  double scale = 1;
  double rotation = 0; ///< degrees
  double shift_x = 0;
  double shift_y = 0;
  double zoom = 1;
  double zoom_x = 0.5; ///< where the zoomed part lies, 0 (left) to 1 (right)
  double zoom_y = 0.5;
  double elastic = 0; ///< largest displacement
  std::uint64_t elastic_seed = 0;
};

/// How grey values change: what was drawn.
struct GreyChange {
  double blur = 0;
  double gamma = 1;
  double gain = 1;
  double offset = 0;
  double noise = 0;
  std::uint64_t noise_seed = 0;
};

/// Draws what `options` leave to chance, always the same count of numbers.
Placement draw_placement(const AugmentationOptions& options, Generator& generator);
GreyChange draw_grey_change(const AugmentationOptions& options, Generator& generator);

/// The warp that fits a picture of height x width pixels to the canvas and moves it.
image::Warp warp_for(const Placement& placement, std::int64_t height, std::int64_t width,
                     const AugmentationOptions& options);

/// Applies blur, gamma, gain, offset and noise to a canvas, f32 [h, w] dense, in place. Noise is the sum of
/// four uniform numbers, which is nearly normal and ends at 3.46 standard deviations.
void change_grey(Tensor& canvas, const GreyChange& change, double white);

/// A film on the network's canvas.
struct AugmentedFilm {
  Tensor input;           ///< f32 [1, height, width]
  std::vector<Box> boxes; ///< in pixels of the canvas
  std::vector<std::int64_t> labels;
  Tensor mask = {};      ///< u8 [1, height, width]; undefined where the film has none
  image::Warp to_canvas; ///< of the film; in a mosaic it shows through in the first quarter

  struct Batch {
    Tensor inputs; ///< f32 [N, 1, height, width]
    std::vector<std::vector<Box>> boxes;
    std::vector<std::vector<std::int64_t>> labels;
    Tensor masks = {}; ///< u8 [N, 1, height, width]; undefined where the first film has none
  };
  /// Throws as stack() does: all films must have a mask, or none.
  static Batch collate(std::span<const AugmentedFilm> films);
};

/// Another film, drawn at random: for mosaic and pasted lesions.
using FilmSource = std::function<LabelledFilm(Generator&)>;

/// Fits a film to the canvas and augments it. All chance comes from `generator`.
///
/// Boxes move along: each becomes the extent of its inscribed ellipse (image::ellipse_extent), clipped to
/// what is in view. Masks move along with nearest pixels. A pasted lesion (Ghiasi et al., "Simple copy-paste
/// is a strong data augmentation method", CVPR 2021) is the ellipse of a box of another film, turned by any
/// angle and fading out over a fifth of its radius around it, its surroundings' brightness brought to that of
/// the place; the place is drawn, up to 20 times, until it lies in tissue and off other boxes. A mosaic
/// (Bochkovskiy et al., "YOLOv4", 2020, section 3.3) shows four films, each whole, around a point that is
/// drawn in the canvas's middle third. Cutout is of DeVries and Taylor (2017): a box of which a hole leaves
/// too little is dropped.
///
/// Throws ShapeError or TypeError on a picture or a mask of another kind, ArgumentError on options out of
/// range, on boxes without area, on labels that are not one a box, and where mosaic or pasting is asked for
/// without `another`.
AugmentedFilm augment(const LabelledFilm& film, const AugmentationOptions& options, Generator& generator,
                      const FilmSource& another = {});

/// A batch of films, each with its own stream of `seed`, in parallel; mosaics and pasted lesions take films
/// of the batch. The bits depend on films, options and seed alone. Throws as augment() does.
AugmentedFilm::Batch augment_batch(std::span<const LabelledFilm> films, const AugmentationOptions& options,
                                   std::uint64_t seed);

/// A data set of films, augmented: `Loader(Augmented(films, options), sampler)` makes batches of
/// AugmentedFilm::Batch. Other films come from the same data set.
template <Dataset D>
class Augmented {
 public:
  /// Throws ArgumentError on options out of range.
  Augmented(D films, AugmentationOptions options) : films_(std::move(films)), options_(std::move(options)) {
    check(options_);
  }

  std::size_t size() const { return films_.size(); }
  AugmentedFilm get(std::size_t index, Generator& generator) const {
    const auto another = [this](Generator& g) -> LabelledFilm {
      return get_example(films_, g.below(static_cast<std::uint32_t>(films_.size())), g);
    };
    return augment(get_example(films_, index, generator), options_, generator, another);
  }

 private:
  D films_;
  AugmentationOptions options_;
};

} // namespace mammo::data
