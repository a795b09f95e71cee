#pragma once

#include "mammo/core/random.hpp"
#include "mammo/data/annotated_film.hpp"
#include "mammo/data/augmentation.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace mammo::train {

/// How far the box that a segmenter is given is from the outline's own: what a detector or a reader would
/// give. Fractions of the box's sides.
struct BoxJitter {
  double shift = 0.08; ///< of the middle along each axis, uniform within +-
  double scale = 0.15; ///< of each side, its logarithm uniform within +-

  bool operator==(const BoxJitter&) const = default;
};

Box jittered(const Box& box, const BoxJitter& jitter, Generator& generator);

struct LesionWindowOptions {
  double context = 1.9; ///< boxes that a window shows
  std::int64_t side = 256;
  double pasted = 0.5; ///< share of synthetic lesions; the others are the films' own
  BoxJitter jitter{};
  double turned = 0.7; ///< probability of a rotation by any angle
  data::RandomValue gamma{0.7, 1.4, 0.5};
  data::RandomValue blur{0.5, 2, 0.3}; ///< window pixels
  data::RandomValue noise{1, 6, 0.3};  ///< grey values
};

/// A window as a segmenter sees it, with the outline that it is to find.
struct LesionExample {
  Tensor input; ///< f32 [1, side, side]: the picture, brought to mean 0 and deviation 1
  Tensor mask;  ///< u8 [1, side, side]
  Box box;      ///< of the outline, in window pixels

  struct Batch {
    Tensor inputs; ///< f32 [N, 1, side, side]
    Tensor masks;  ///< u8 [N, 1, side, side]
  };
  static Batch collate(std::span<const LesionExample> examples);
};

/// The lesions of films, each with its surroundings and an outline made from its box (image/level_set.hpp),
/// and as many pieces of the same films' tissue without a lesion, for synthetic ones
/// (data/synthetic_lesion.hpp). Pictures stay stretched as they are: windows do not mind.
///
/// Held in memory, about 200 KB a lesion; copies share it. Lesions whose box is below 8 pixels and crowds are
/// left out.
class LesionPatches {
 public:
  /// Reads films in parallel; `done` is told how many are ready. Throws FileError where one cannot be read.
  explicit LesionPatches(std::span<const data::AnnotatedFilm> films,
                         const std::function<void(std::size_t done)>& done = {});

  struct Patch {
    Tensor picture; ///< u8 [h, w]
    Tensor mask;    ///< u8 [h, w]
    Tensor tissue;  ///< u8 [h, w]: elsewhere on the same film; undefined where no place was free
    Box box;        ///< of the lesion, in pixels of the patch; where a synthetic one is pasted, too
  };
  std::size_t size() const { return patches_->size(); }
  const Patch& at(std::size_t index) const { return patches_->at(index); }

  /// The same lesions with outlines of another hand, drawn in parallel; those that came out empty stay as
  /// they were. `outline` gives a mask u8 [h, w].
  LesionPatches redrawn(const std::function<Tensor(const Patch&)>& outline) const;

 private:
  explicit LesionPatches(std::shared_ptr<const std::vector<Patch>> patches) : patches_(std::move(patches)) {}

  std::shared_ptr<const std::vector<Patch>> patches_;
};

/// Windows drawn from patches: a data set whose every look at a lesion is another one.
class LesionWindows {
 public:
  LesionWindows(LesionPatches patches, LesionWindowOptions options)
      : patches_(std::move(patches)), options_(options) {}

  std::size_t size() const { return patches_.size(); }
  LesionExample get(std::size_t index, Generator& generator) const;

 private:
  LesionPatches patches_;
  LesionWindowOptions options_;
};

/// A film's piece with a lesion of which every pixel is known, and the box that all are given: what outlines
/// are chosen by.
struct PastedLesion {
  Tensor picture; ///< u8 [h, w]
  Tensor mask;    ///< u8 [h, w]
  Box box;        ///< jittered, in its pixels
};
/// One for each patch that has free tissue, `count` at most, always the same ones.
std::vector<PastedLesion> pasted_lesions(const LesionPatches& patches, std::size_t count,
                                         const BoxJitter& jitter, std::uint64_t seed);

/// A film's own lesion, of which the box alone is known: an outline from a box that is off shows by its
/// extent how well it finds the lesion's edges.
struct BoxedLesion {
  Tensor picture; ///< u8 [h, w]
  Box truth;      ///< in its pixels
  Box box;        ///< the same jittered
};
/// The first `count` patches' lesions, always with the same jitter.
std::vector<BoxedLesion> boxed_lesions(const LesionPatches& patches, std::size_t count,
                                       const BoxJitter& jitter, std::uint64_t seed);

} // namespace mammo::train
