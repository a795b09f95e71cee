#include "mammo/image/preprocessing_steps.hpp"

#include "mammo/image/contour.hpp"
#include "mammo/image/grey_normalization.hpp"
#include "mammo/image/orientation.hpp"
#include "mammo/image/pectoral_muscle.hpp"
#include "mammo/image/vertical_crop.hpp"
#include "mammo/image/wide_blur.hpp"

#include <algorithm>
#include <functional>

namespace mammo::image {
namespace {

using Take = Tensor (*)(Preprocessing& film, const ThesisChainOptions& options);

struct Step {
  std::string name;
  std::vector<std::string> needs; ///< one of these steps has to come before it; empty where none has
  Take take;
};

Tensor full_range(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  film.picture = {to_full_range(film.picture.picture, film.picture.bits), 16};
  return film.picture.picture;
}

void mirror(Preprocessing& film) {
  film.picture.picture = flip_horizontally(film.picture.picture);
  if (film.twin.defined()) film.twin = flip_horizontally(film.twin);
  if (film.chest) film.chest = film.chest == Side::left ? Side::right : Side::left;
  const auto width = static_cast<double>(film.picture.picture.size(1));
  film.to_film = AffineTransform{-1, 0, width, 0, 1, 0}.then(film.to_film);
}

Tensor flip(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  if (breast_is_right(half_sums(film.picture.picture))) mirror(film);
  return film.picture.picture;
}

// Along dimension `d`; keeps the transform.
void crop(Preprocessing& film, int d, std::int64_t first, std::int64_t last) {
  film.picture.picture = film.picture.picture.slice(d, first, last).contiguous();
  if (film.twin.defined()) film.twin = film.twin.slice(d, first, last).contiguous();
  const auto offset = static_cast<double>(first);
  film.to_film = AffineTransform::translation(d == 1 ? offset : 0, d == 0 ? offset : 0).then(film.to_film);
}

Tensor vertical_crop(Preprocessing& film, const ThesisChainOptions& options) {
  const RowRange rows = rows_with_breast(half_sums(film.picture.picture), options.row_fraction);
  crop(film, 0, rows.first, rows.last);
  return film.picture.picture;
}

Tensor equalise(Preprocessing& film, const ThesisChainOptions& options) {
  return film.picture.picture = clahe(film.picture.picture, options.clahe);
}

Tensor clean(Preprocessing& film, const ThesisChainOptions& options) {
  return film.picture.picture = zero_up_to(film.picture.picture, options.zero_up_to);
}

Tensor eight_bit(Preprocessing& film, const ThesisChainOptions& options) {
  return film.twin = to_8_bit(film.picture.picture, options.overflow);
}

Tensor blur(Preprocessing& film, const ThesisChainOptions& options) {
  return film.twin = wide_gaussian_blur(film.twin, options.blur_size);
}

Tensor binarise(Preprocessing& film, const ThesisChainOptions& options) {
  return film.twin = threshold(film.twin, options.lower_limit);
}

// 255 in the mask, as the threshold before it.
Tensor contour(Preprocessing& film, const ThesisChainOptions& options) {
  const std::vector<Contour> contours = external_contours(film.twin);
  require<Error>(!contours.empty(), "contour: nothing in the blurred picture is brighter than ",
                 options.lower_limit, " of 255, expected a breast");
  const Contour& longest = *std::ranges::max_element(contours, {}, perimeter);
  const Tensor mask =
      filled_contour(longest, film.twin.size(0), film.twin.size(1), options.contour_thickness);
  return film.twin = threshold(mask, 0);
}

Tensor mask(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  return film.picture.picture = keep_inside(film.picture.picture, film.twin);
}

// The box of what the mask holds.
Box box_of_mask(const Tensor& mask) {
  const std::int64_t width = mask.size(1);
  const std::span<const std::uint8_t> pixels = mask.data<std::uint8_t>();
  const auto inside = [](std::uint8_t value) { return value != 0; };
  std::int64_t left = width;
  std::int64_t right = 0;
  std::int64_t top = mask.size(0);
  std::int64_t bottom = 0;
  for (std::int64_t y = 0; y < mask.size(0); ++y) {
    const auto line = pixels.subspan(static_cast<std::size_t>(y * width), static_cast<std::size_t>(width));
    const auto begin = std::ranges::find_if(line, inside);
    if (begin == line.end()) continue;
    left = std::min(left, begin - line.begin());
    right = std::max(right, line.rend() - std::find_if(line.rbegin(), line.rend(), inside));
    top = std::min(top, y);
    bottom = y + 1;
  }
  require<Error>(right > left, "crop: nothing is left in the mask, expected a breast");
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
          static_cast<double>(bottom - top)};
}

Tensor horizontal_crop(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  const Box box = box_of_mask(film.twin);
  crop(film, 1, static_cast<std::int64_t>(box.x), static_cast<std::int64_t>(box.right()));
  return film.picture.picture;
}

Tensor crop_to_mask(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  const Box box = box_of_mask(film.twin);
  crop(film, 0, static_cast<std::int64_t>(box.y), static_cast<std::int64_t>(box.bottom()));
  crop(film, 1, static_cast<std::int64_t>(box.x), static_cast<std::int64_t>(box.right()));
  return film.picture.picture;
}

Tensor mask_of_edge(Preprocessing& film, BreastEdge edge) {
  const BreastMask breast = find_breast_mask(film.picture.picture, film.picture.bits, {.edge = edge});
  require<Error>(breast.found, "no part of the picture stands out from a dark background as a breast does");
  return film.twin = threshold(breast.mask, 0);
}

Tensor breast(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  return mask_of_edge(film, BreastEdge::tissue);
}

Tensor skin(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  return mask_of_edge(film, BreastEdge::skin);
}

// By the film's tags, else by where the breast reaches the edge.
Tensor orient(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  const Levels& levels = film.picture;
  const Side chest = film.chest ? *film.chest : find_breast_mask(levels.picture, levels.bits).chest;
  if (chest == Side::right) mirror(film);
  return film.picture.picture;
}

Tensor pectoral(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  require<Error>(film.view != "CC",
                 "pectoral: this is a CC view, expected one across the muscle, such as MLO");
  const Tensor muscle = find_pectoral_muscle(film.picture.picture, film.picture.bits, film.twin).mask;
  Tensor rest = film.twin.clone();
  const std::span<const std::uint8_t> in_muscle = muscle.data<std::uint8_t>();
  const std::span<std::uint8_t> pixels = rest.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (in_muscle[i] != 0) pixels[i] = 0;
  }
  return film.twin = rest;
}

Tensor stretch(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  film.picture = {stretch_percentiles(film.picture.picture, film.twin), 16};
  return film.picture.picture;
}

Tensor match(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  film.picture = {match_histogram(film.picture.picture, film.twin, film_reference()), 16};
  return film.picture.picture;
}

const std::vector<std::string>& thesis_steps() {
  static const std::vector<std::string> names{"full_range", "flip",      "vertical_crop",  "clahe",
                                              "clean",      "eight_bit", "blur",           "threshold",
                                              "contour",    "mask",      "horizontal_crop"};
  return names;
}

const std::vector<Step>& steps() {
  static const std::vector<std::string> any_mask{"contour", "breast", "skin"};
  static const std::vector<Step> all{{"full_range", {}, full_range},
                                     {"flip", {}, flip},
                                     {"vertical_crop", {}, vertical_crop},
                                     {"clahe", {}, equalise},
                                     {"clean", {}, clean},
                                     {"eight_bit", {"full_range"}, eight_bit},
                                     {"blur", {"eight_bit"}, blur},
                                     {"threshold", {"eight_bit"}, binarise},
                                     {"contour", {"threshold"}, contour},
                                     {"mask", any_mask, mask},
                                     {"horizontal_crop", any_mask, horizontal_crop},
                                     {"orient", {}, orient},
                                     {"breast", {}, breast},
                                     {"skin", {}, skin},
                                     {"pectoral", {"breast", "skin"}, pectoral},
                                     {"crop", any_mask, crop_to_mask},
                                     {"stretch", any_mask, stretch},
                                     {"match", any_mask, match}};
  return all;
}

std::string list(const std::vector<std::string>& names, const std::string& between = ", ") {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : between) + name;
  return text;
}

const Step& step_named(std::string_view name) {
  const auto step = std::ranges::find(steps(), name, &Step::name);
  require<ArgumentError>(step != steps().end(), "step \"", name, "\", expected one of ",
                         list(preprocessing_steps()));
  return *step;
}

} // namespace

const std::vector<std::string>& preprocessing_steps() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Step& step : steps()) result.push_back(step.name);
    return result;
  }();
  return names;
}

const std::vector<std::string>& chain_steps(std::string_view chain) {
  static const std::vector<std::string> normalized{"orient", "breast", "mask", "crop", "match"};
  require<ArgumentError>(chain == "thesis" || chain == "normalized", "chain \"", chain,
                         "\", expected thesis or normalized");
  return chain == "thesis" ? thesis_steps() : normalized;
}

void check_steps(const std::vector<std::string>& names) {
  require<ArgumentError>(!names.empty(), "no steps, expected some of ", list(preprocessing_steps()));
  for (auto name = names.begin(); name != names.end(); ++name) {
    const Step& step = step_named(*name);
    const bool ready = step.needs.empty() || std::any_of(names.begin(), name, [&](const std::string& before) {
                         return std::ranges::find(step.needs, before) != step.needs.end();
                       });
    require<ArgumentError>(ready, "step ", step.name, " without ", list(step.needs, " or "), " before it");
  }
}

Tensor take_step(std::string_view name, Preprocessing& film, const ThesisChainOptions& options) {
  const Step& step = step_named(name);
  const bool needs_twin = !step.needs.empty() && step.needs.front() != "full_range";
  require<ArgumentError>(!needs_twin || film.twin.defined(), "step ", step.name, " without ",
                         list(step.needs, " or "), " before it");
  return step.take(film, options);
}

} // namespace mammo::image
