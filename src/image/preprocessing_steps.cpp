#include "mammo/image/preprocessing_steps.hpp"

#include "mammo/image/contour.hpp"
#include "mammo/image/orientation.hpp"
#include "mammo/image/vertical_crop.hpp"
#include "mammo/image/wide_blur.hpp"

#include <algorithm>
#include <functional>

namespace mammo::image {
namespace {

using Take = Tensor (*)(Preprocessing& film, const ThesisChainOptions& options);

struct Step {
  std::string name;
  std::string needs; ///< the step that has to come before it; empty where none has
  Take take;
};

Tensor full_range(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  film.picture = {to_full_range(film.picture.picture, film.picture.bits), 16};
  return film.picture.picture;
}

Tensor flip(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  Tensor& picture = film.picture.picture;
  if (!breast_is_right(half_sums(picture))) return picture;
  picture = flip_horizontally(picture);
  if (film.twin.defined()) film.twin = flip_horizontally(film.twin);
  const AffineTransform mirror{-1, 0, static_cast<double>(picture.size(1)), 0, 1, 0};
  film.to_film = mirror.then(film.to_film);
  return picture;
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

Tensor horizontal_crop(Preprocessing& film, const ThesisChainOptions& /*options*/) {
  const std::int64_t width = film.twin.size(1);
  const std::span<const std::uint8_t> pixels = film.twin.data<std::uint8_t>();
  std::int64_t first = width;
  std::int64_t last = 0;
  for (std::int64_t y = 0; y < film.twin.size(0); ++y) {
    const auto line = pixels.subspan(static_cast<std::size_t>(y * width), static_cast<std::size_t>(width));
    const auto inside = [](std::uint8_t value) { return value != 0; };
    const auto begin = std::ranges::find_if(line, inside);
    if (begin == line.end()) continue;
    first = std::min(first, begin - line.begin());
    last = std::max(last, line.rend() - std::find_if(line.rbegin(), line.rend(), inside));
  }
  crop(film, 1, first, last);
  return film.picture.picture;
}

const std::vector<Step>& steps() {
  static const std::vector<Step> all{{"full_range", "", full_range},
                                     {"flip", "", flip},
                                     {"vertical_crop", "", vertical_crop},
                                     {"clahe", "", equalise},
                                     {"clean", "", clean},
                                     {"eight_bit", "full_range", eight_bit},
                                     {"blur", "eight_bit", blur},
                                     {"threshold", "eight_bit", binarise},
                                     {"contour", "threshold", contour},
                                     {"mask", "contour", mask},
                                     {"horizontal_crop", "contour", horizontal_crop}};
  return all;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
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
  require<ArgumentError>(chain == "thesis", "chain \"", chain, "\", expected thesis");
  return preprocessing_steps();
}

void check_steps(const std::vector<std::string>& names) {
  require<ArgumentError>(!names.empty(), "no steps, expected some of ", list(preprocessing_steps()));
  for (auto name = names.begin(); name != names.end(); ++name) {
    const Step& step = step_named(*name);
    const bool ready = step.needs.empty() || std::find(names.begin(), name, step.needs) != name;
    require<ArgumentError>(ready, "step ", step.name, " without ", step.needs, " before it");
  }
}

Tensor take_step(std::string_view name, Preprocessing& film, const ThesisChainOptions& options) {
  const Step& step = step_named(name);
  const bool needs_twin = !step.needs.empty() && step.needs != "full_range";
  require<ArgumentError>(!needs_twin || film.twin.defined(), "step ", step.name, " without ", step.needs,
                         " before it");
  return step.take(film, options);
}

} // namespace mammo::image
