// Lesson 9, the thesis' preprocessing step by step: a film goes through ten small functions, each with a
// name, a picture and a way back to the film; and the same chain at once, which must give the same bits.
//     example_09_thesis_chain FILM SHEET.png
#include "mammo/image/contact_sheet.hpp"
#include "mammo/image/preprocessing_steps.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/write_png.hpp"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <vector>

using namespace mammo;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  // Stored values, air dark, without any VOI window: CLAHE will be the grey scale.
  const image::Levels levels = image::levels_of(image::read_film(argv[1]));
  const auto milliseconds = [start = std::chrono::steady_clock::now()] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  };

  image::Preprocessing film{.picture = levels};
  const image::SheetOptions sheet{.columns = 6, .cell_height = 300, .cell_width = 180};
  std::vector<image::SheetPicture> pictures;
  double taken = 0;
  for (const std::string& step : image::chain_steps("thesis")) {
    const double before = milliseconds();
    const Tensor picture = image::take_step(step, film);
    const double ms = milliseconds() - before;
    taken += ms;
    const bool wide = picture.dtype() == DType::u16;
    std::cout << std::left << std::setw(16) << step << picture << ", " << ms << " ms\n";
    pictures.push_back({step, image::thumbnail(picture, wide ? 16 : 8, sheet)});
  }
  image::write_png(argv[2], image::draw_contact_sheet(pictures, sheet));

  // Every step that moves pixels is kept as a transform, so that what is found can be drawn on the film.
  const Point corner = film.to_film.apply(Point{0, 0});
  std::cout << "the first corner of the result is at " << corner.x << ' ' << corner.y
            << " of the film, which was "
            << (film.to_film.matrix()[0] < 0 ? "turned over" : "not turned over") << '\n';

  // All at once: no picture between the steps is made, which is where the time goes.
  image::thesis_chain(levels.picture, levels.bits); // threads and tables come with the first call
  const double before = milliseconds();
  const image::ThesisChain chain = image::thesis_chain(levels.picture, levels.bits);
  const double at_once = milliseconds() - before;
  const bool same = std::ranges::equal(chain.picture.data<std::uint16_t>(),
                                       film.picture.picture.contiguous().data<std::uint16_t>());
  std::cout << "at once: " << at_once << " ms, " << taken / at_once << " times as fast, "
            << (same ? "the same bits" : "OTHER BITS") << '\n';
}
