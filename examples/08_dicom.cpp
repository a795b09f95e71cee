// Lesson 8, reading and windowing a DICOM mammogram: what the file says of itself, the grey scales that it
// offers, and the window of the standard computed by hand and held to the library's.
//     example_08_dicom FILM.dcm SHEET.png
#include "mammo/image/contact_sheet.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <vector>

using namespace mammo;

// DICOM PS3.3 C.11.2.1.2, "Window Center and Window Width", for output values 0 to 255. The 0.5 and 1 make
// a window of width w hold w whole numbers.
double linear_window(double value, double center, double width) {
  if (value <= center - 0.5 - (width - 1) / 2) return 0;
  if (value > center - 0.5 + (width - 1) / 2) return 255;
  return ((value - (center - 0.5)) / (width - 1) + 0.5) * 255;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  image::Film film = image::read_film(argv[1]);
  const auto& about = film.metadata;
  std::cout << film.format << ", " << film.height() << " x " << film.width() << ", " << film.bits << " bits\n"
            << about.modality << ' ' << about.laterality << ' ' << about.view_position << ", "
            << about.presentation_intent << '\n';
  if (about.pixel_spacing)
    std::cout << about.pixel_spacing->row_mm << " mm a pixel (" << about.pixel_spacing->attribute << ")\n";
  const bool white_is_low =
      (film.photometric == image::Photometric::monochrome1) != film.presentation_inverse;
  std::cout << "the lowest value is " << (white_is_low ? "white" : "black") << '\n';

  // A file may offer tables and windows; without any, the whole range of its bits is shown. A narrower window
  // shows less with more contrast: here the middle half of the values that are not air.
  const Tensor values = film.stored.to(DType::i32);
  std::vector<double> tissue;
  for (const std::int32_t stored : values.data<std::int32_t>())
    if (const double value = film.rescale_slope * stored + film.rescale_intercept; value > 0)
      tissue.push_back(value);
  std::ranges::sort(tissue);
  const double low = tissue[tissue.size() / 4];
  const double high = tissue[tissue.size() * 3 / 4];
  film.windows.push_back(
      {.center = (low + high) / 2, .width = std::max(2.0, high - low), .explanation = "middle half"});

  std::vector<image::VoiChoice> choices{image::parse_voi_choice("full")};
  for (std::size_t i = 1; i <= film.voi_luts.size(); ++i)
    choices.push_back(image::parse_voi_choice("lut:" + std::to_string(i)));
  for (std::size_t i = 1; i <= film.windows.size(); ++i)
    choices.push_back(image::parse_voi_choice("window:" + std::to_string(i)));
  std::vector<image::SheetPicture> pictures;
  image::GreyImage grey;
  for (const image::VoiChoice& choice : choices) {
    grey = image::render_grey8(film, choice);
    std::cout << "  " << grey.voi << '\n';
    pictures.push_back({grey.voi.substr(0, grey.voi.find(',')), image::thumbnail(grey.pixels, 8)});
  }
  image::write_png(argv[2], image::draw_contact_sheet(pictures));

  // The last one, our own window, once more by the formula.
  std::int64_t different = 0;
  const image::Window& window = film.windows.back();
  for (std::size_t i = 0; i < values.data<std::int32_t>().size(); ++i) {
    const double value = film.rescale_slope * values.data<std::int32_t>()[i] + film.rescale_intercept;
    double shown = linear_window(value, window.center, window.width);
    if (white_is_low) shown = 255 - shown;
    if (std::floor(shown + 0.5) != grey.pixels.data<std::uint8_t>()[i]) ++different;
  }
  std::cout << different << " of " << grey.pixels.numel() << " pixels differ from the standard's formula\n";
}
