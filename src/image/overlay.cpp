#include "mammo/image/overlay.hpp"

#include "image/grey.hpp"
#include "image/label_layout.hpp"
#include "image/lettering.hpp"
#include "mammo/image/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

const cv::Scalar dark(18, 18, 18);
const cv::Scalar white(255, 255, 255);
const cv::Scalar pale_grey(200, 200, 200);
const cv::Scalar sky_blue(86, 180, 233); // of Okabe and Ito's palette

// Sizes that follow the picture, in its pixels.
struct Measures {
  double cap_height = 0;
  int thin = 1;
  int thick = 1;
  int padding = 1;

  Measures(std::int64_t height, std::int64_t width) {
    const double size = std::max(static_cast<double>(height), 1.3 * static_cast<double>(width));
    cap_height = std::max(8.0, size * 0.0155);
    thin = std::max(1, static_cast<int>(std::lround(size * 0.0016)));
    thick = std::max(2, static_cast<int>(std::lround(size * 0.0036)));
    padding = std::max(2, static_cast<int>(std::lround(cap_height * 0.35)));
  }
};

std::string two_decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

// 0 for the weakest score shown, 1 from strong_score on.
double strength(double score, const OverlayOptions& options) {
  const double weakest = options.threshold.value_or(0);
  if (score >= options.strong_score || options.strong_score <= weakest) return 1;
  return std::clamp((score - weakest) / (options.strong_score - weakest), 0.0, 1.0);
}

// Pale yellow over orange to vermilion, hues of Okabe and Ito's palette: lightness falls as the score rises,
// so that the order is seen without seeing the hue.
cv::Scalar color_of(double strength) {
  const cv::Scalar weak(250, 240, 150);
  const cv::Scalar middle(240, 170, 20);
  const cv::Scalar strong(230, 80, 0);
  if (strength < 0.5) return weak + (middle - weak) * (2 * strength);
  return middle + (strong - middle) * (2 * strength - 1);
}

struct Drawn {
  PixelRect box;
  std::vector<cv::Point> outline;
  std::string text;
  cv::Scalar color;
  int line = 1;
};

std::vector<cv::Point> drawn_points(const std::vector<Point>& polygon, double x_scale, double y_scale) {
  std::vector<cv::Point> points;
  for (const Point& p : polygon) {
    points.emplace_back(static_cast<int>(std::lround(p.x * x_scale - 0.5)),
                        static_cast<int>(std::lround(p.y * y_scale - 0.5)));
  }
  return points;
}

Drawn prepared(const Marking& marking, double x_scale, double y_scale, const Tensor& film,
               const Measures& measures, const OverlayOptions& options) {
  const double level = strength(marking.score, options);
  const auto height = static_cast<double>(film.size(0));
  const auto width = static_cast<double>(film.size(1));
  const Box scaled{marking.box.x * x_scale, marking.box.y * y_scale, marking.box.width * x_scale,
                   marking.box.height * y_scale};
  const Box inside = clip(scaled, width, height);
  Drawn drawn;
  drawn.line = measures.thin + static_cast<int>(std::lround(level * (measures.thick - measures.thin)));
  // The line runs around the box, not over what is in it; at the film's edge it stays inside.
  const int out = drawn.line / 2 + 1;
  const int left = std::max(drawn.line / 2, static_cast<int>(std::floor(inside.x)) - out);
  const int top = std::max(drawn.line / 2, static_cast<int>(std::floor(inside.y)) - out);
  const int right =
      std::min(static_cast<int>(width) - drawn.line / 2, static_cast<int>(std::ceil(inside.right())) + out);
  const int bottom =
      std::min(static_cast<int>(height) - drawn.line / 2, static_cast<int>(std::ceil(inside.bottom())) + out);
  drawn.box = {left, top, std::max(1, right - left), std::max(1, bottom - top)};
  const std::string label = marking.label.empty() ? "" : marking.label + " ";
  const std::string note = marking.note.empty() ? "" : ", " + marking.note;
  drawn.text = printable(label + two_decimals(marking.score) + note);
  drawn.color = color_of(level);
  drawn.outline = drawn_points(marking.outline, x_scale, y_scale);
  return drawn;
}

cv::Rect cv_rect(const PixelRect& r) {
  return {r.x, r.y, r.width, r.height};
}

void draw_box(cv::Mat& rgb, const Drawn& drawn) {
  // A dark line beneath makes the box stand out on dense tissue too.
  cv::rectangle(rgb, cv_rect(drawn.box), dark, drawn.line + 2, cv::LINE_8);
  cv::rectangle(rgb, cv_rect(drawn.box), drawn.color, drawn.line, cv::LINE_8);
}

void draw_outline(cv::Mat& rgb, const Drawn& drawn) {
  if (drawn.outline.empty()) return;
  const int line = std::max(1, drawn.line / 2);
  cv::polylines(rgb, drawn.outline, /*isClosed=*/true, dark, line + 2, cv::LINE_AA);
  cv::polylines(rgb, drawn.outline, /*isClosed=*/true, drawn.color, line, cv::LINE_AA);
}

// From the plate's nearest point to the box's.
void draw_leader(cv::Mat& rgb, const PixelRect& plate, const Drawn& drawn) {
  const auto nearest = [](const PixelRect& r, int x, int y) {
    return cv::Point(std::clamp(x, r.x, r.right() - 1), std::clamp(y, r.y, r.bottom() - 1));
  };
  const cv::Point center(plate.x + plate.width / 2, plate.y + plate.height / 2);
  const cv::Point at_box = nearest(drawn.box, center.x, center.y);
  const cv::Point at_plate = nearest(plate, at_box.x, at_box.y);
  cv::line(rgb, at_plate, at_box, dark, drawn.line + 2, cv::LINE_AA);
  cv::line(rgb, at_plate, at_box, drawn.color, std::max(1, drawn.line / 2), cv::LINE_AA);
}

void draw_plate(cv::Mat& rgb, const PixelRect& plate, const Drawn& drawn, const Lettering& lettering,
                const Measures& measures) {
  cv::rectangle(rgb, cv_rect(plate), dark, cv::FILLED);
  cv::rectangle(rgb, cv_rect(plate), drawn.color, measures.thin);
  lettering.draw(rgb, drawn.text, plate.x + measures.padding,
                 plate.y + (plate.height - lettering.line_height()) / 2, white);
}

// Draws boxes and labels; returns how many labels found no room.
int draw_markings(cv::Mat& rgb, const std::vector<Drawn>& strongest_first, const Measures& measures) {
  const Lettering lettering(measures.cap_height);
  std::vector<LabelRequest> requests;
  for (const Drawn& drawn : strongest_first) {
    requests.push_back({drawn.box, lettering.width(drawn.text) + 2 * measures.padding,
                        lettering.line_height() + measures.padding / 2});
  }
  const int gap = measures.thick + 1;
  const auto places = place_labels(requests, rgb.cols, rgb.rows, gap);
  for (std::size_t i = strongest_first.size(); i-- > 0;) {
    draw_box(rgb, strongest_first[i]);
    draw_outline(rgb, strongest_first[i]);
  }
  int left_out = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i]) {
      ++left_out;
      continue;
    }
    const PixelRect& box = strongest_first[i].box;
    const PixelRect near{box.x - 2 * gap, box.y - 2 * gap, box.width + 4 * gap, box.height + 4 * gap};
    if (common_area(near, *places[i]) == 0) draw_leader(rgb, *places[i], strongest_first[i]);
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i]) draw_plate(rgb, *places[i], strongest_first[i], lettering, measures);
  }
  return left_out;
}

// What the strip says, one thing a part.
std::vector<std::string> footer_parts(const OverlayOptions& options, std::size_t findings, int left_out) {
  std::vector<std::string> parts;
  std::string side = options.laterality;
  if (!side.empty() && !options.view.empty()) side += " ";
  side += options.view;
  if (!side.empty()) parts.push_back(side);
  if (!options.caption.empty()) {
    parts.push_back(options.caption);
  } else {
    parts.push_back(concat(findings, findings == 1 ? " mark" : " marks",
                           options.threshold ? " at threshold " + two_decimals(*options.threshold) : ""));
  }
  if (left_out > 0) parts.push_back(concat(left_out, " without label, no room"));
  if (!options.remark.empty()) parts.push_back(options.remark);
  if (!options.areas_note.empty()) parts.push_back(options.areas_note);
  if (!options.notice.empty()) parts.push_back(options.notice);
  if (!options.not_assessed.empty()) parts.push_back(options.not_assessed);
  return parts;
}

std::vector<std::string> footer_lines(const Lettering& lettering, const std::vector<std::string>& parts,
                                      int width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& raw : parts) {
    const std::string part = printable(raw);
    const std::string longer = line.empty() ? part : concat(line, "  |  ", part);
    if (lettering.width(longer) <= width) {
      line = longer;
      continue;
    }
    if (!line.empty()) lines.push_back(line);
    const std::vector<std::string> broken = lettering.wrapped(part, width);
    if (broken.size() == 1) {
      line = part;
      continue;
    }
    lines.insert(lines.end(), broken.begin(), broken.end());
    line.clear();
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::string three_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

// The colours as they look over grey, and what they stand for.
void draw_color_bar(cv::Mat& strip, const HeatLayer& heat, int top, const Lettering& lettering,
                    const Measures& measures) {
  constexpr double grey = 110;
  const std::string high = concat(three_digits(heat.full_scale), ' ', printable(heat.legend));
  const std::string low = three_digits(heat.is_signed ? -heat.full_scale : 0);
  const int gap = 2 * measures.padding;
  const int left = gap + lettering.width(low);
  const int length =
      std::max(20, std::min(strip.cols / 3, strip.cols - left - 3 * gap - lettering.width(high)));
  const int height = lettering.line_height() / 2;
  const int bar_top = top + (lettering.line_height() - height) / 2;
  for (int x = 0; x < length; ++x) {
    const double part = static_cast<double>(x) / (length - 1);
    const double value = heat.is_signed ? 2 * part - 1 : part;
    const auto color = heat_color(value);
    const double cover = heat.opacity * heat_coverage(value);
    const cv::Scalar mixed(grey + cover * (color[0] - grey), grey + cover * (color[1] - grey),
                           grey + cover * (color[2] - grey));
    cv::line(strip, {left + gap / 2 + x, bar_top}, {left + gap / 2 + x, bar_top + height}, mixed);
  }
  lettering.draw(strip, low, measures.padding, top, pale_grey);
  lettering.draw(strip, high, left + gap + length, top, pale_grey);
}

Tensor with_footer(const Tensor& rgb, const OverlayOptions& options, const std::vector<std::string>& parts,
                   const Measures& measures) {
  const Lettering lettering(std::max(7.0, 0.72 * measures.cap_height));
  const std::int64_t height = rgb.size(0);
  const std::int64_t width = rgb.size(1);
  const int padding = measures.padding;
  const auto lines = footer_lines(lettering, parts, static_cast<int>(width) - 2 * padding);
  const int rows = static_cast<int>(lines.size()) + (options.heat ? 1 : 0);
  const int strip = rows * lettering.line_height() + 2 * padding;
  Tensor result = Tensor::empty({height + strip, width, 3}, {.dtype = DType::u8});
  std::uint8_t* pixels = result.mutable_data<std::uint8_t>().data();
  std::ranges::copy(rgb.data<std::uint8_t>(), pixels);
  cv::Mat below(strip, static_cast<int>(width), CV_8UC3, pixels + height * width * 3);
  below.setTo(dark);
  cv::line(below, {0, 0}, {static_cast<int>(width), 0}, pale_grey, std::max(1, measures.thin / 2));
  int top = padding;
  if (options.heat) {
    draw_color_bar(below, *options.heat, top, lettering, measures);
    top += lettering.line_height();
  }
  for (const std::string& line : lines) {
    lettering.draw(below, line, padding, top, pale_grey);
    top += lettering.line_height();
  }
  return result;
}

Tensor grey_to_rgb(const Tensor& grey) {
  Tensor rgb = Tensor::empty({grey.size(0), grey.size(1), 3}, {.dtype = DType::u8});
  std::uint8_t* to = rgb.mutable_data<std::uint8_t>().data();
  for (const std::uint8_t value : grey.data<std::uint8_t>()) {
    to[0] = to[1] = to[2] = value;
    to += 3;
  }
  return rgb;
}

// The film as it is shown, `height` pixels high.
Tensor shown_film(const Tensor& grey, std::int64_t height) {
  if (height == grey.size(0)) return grey;
  const double scale = static_cast<double>(height) / static_cast<double>(grey.size(0));
  const auto width = std::llrint(static_cast<double>(grey.size(1)) * scale);
  return resize_area(grey, height, std::max(1LL, width));
}

Tensor drawn_at(const Tensor& grey, std::int64_t height, std::span<const Marking> strongest_first,
                const OverlayOptions& options) {
  const Tensor film = shown_film(grey, height);
  const Measures measures(film.size(0), film.size(1));
  const double x_scale = static_cast<double>(film.size(1)) / static_cast<double>(grey.size(1));
  const double y_scale = static_cast<double>(film.size(0)) / static_cast<double>(grey.size(0));
  std::vector<Drawn> drawn;
  for (const Marking& marking : strongest_first) {
    drawn.push_back(prepared(marking, x_scale, y_scale, film, measures, options));
  }
  Tensor rgb = grey_to_rgb(film);
  if (options.heat) draw_heat(rgb, *options.heat, AffineTransform::scaling(1 / x_scale, 1 / y_scale));
  cv::Mat picture(static_cast<int>(film.size(0)), static_cast<int>(film.size(1)), CV_8UC3,
                  rgb.mutable_data<std::uint8_t>().data());
  for (const std::vector<Point>& area : options.areas) {
    if (area.empty()) continue;
    cv::polylines(picture, drawn_points(area, x_scale, y_scale), /*isClosed=*/true, sky_blue, measures.thin,
                  cv::LINE_AA);
  }
  const int left_out = draw_markings(picture, drawn, measures);
  return with_footer(rgb, options, footer_parts(options, drawn.size(), left_out), measures);
}

// Small films are enlarged by a whole number, which keeps their pixels as squares.
std::int64_t enlarged_height(const Tensor& grey, const OverlayOptions& options) {
  const std::int64_t by_height = options.legible_height / grey.size(0);
  const std::int64_t by_width = options.max_height / grey.size(1);
  return grey.size(0) * std::max<std::int64_t>(1, std::min(by_height, by_width));
}

} // namespace

Tensor draw_overlay(const Tensor& grey, std::span<const Marking> markings, const OverlayOptions& options) {
  const Tensor source = dense_grey(grey, "draw_overlay");
  require<ArgumentError>(options.max_height >= 64 && options.legible_height >= 64,
                         "draw_overlay: max_height ", options.max_height, ", legible_height ",
                         options.legible_height, ", expected 64 pixels or more");
  for (const Marking& m : markings) {
    const bool finite = std::isfinite(m.box.x) && std::isfinite(m.box.y) && std::isfinite(m.box.right()) &&
                        std::isfinite(m.box.bottom()) && std::isfinite(m.score);
    require<ArgumentError>(finite && m.box.width >= 0 && m.box.height >= 0, "draw_overlay: box [", m.box.x,
                           ", ", m.box.y, ", ", m.box.width, ", ", m.box.height, "] with score ", m.score,
                           ", expected finite numbers and sizes of 0 or more");
  }
  std::vector<Marking> strongest_first(markings.begin(), markings.end());
  std::ranges::stable_sort(strongest_first, std::ranges::greater{}, &Marking::score);

  if (options.full_size) return drawn_at(source, source.size(0), strongest_first, options);
  std::int64_t height = std::min(enlarged_height(source, options), options.max_height);
  Tensor overlay = drawn_at(source, height, strongest_first, options);
  // The strip has to fit too; it may take more lines as the film gets narrower.
  while (overlay.size(0) > options.max_height && height > options.max_height / 4) {
    height = std::max(options.max_height - (overlay.size(0) - height), options.max_height / 4);
    overlay = drawn_at(source, height, strongest_first, options);
  }
  return overlay;
}

} // namespace mammo::image
