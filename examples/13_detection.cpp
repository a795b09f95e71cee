// Lesson 13, marking masses on a mammogram: example_13_detection FILM MODEL_FOLDER OVERLAY.png
#include "mammo/image/detector_input.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/models/detector.hpp"

#include <iostream>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto film = mammo::image::read_film(argv[1]);        // DICOM, PNG, JPEG, TIFF, BMP or PGM
  const auto grey = mammo::image::render_grey8(film).pixels; // as the film is meant to be seen
  const auto seen = mammo::image::detector_input(grey);      // breast found, brightness evened out, fitted

  const auto detector = mammo::models::load_detector(argv[2]);
  const auto masses = mammo::models::detect(detector, seen.input).at(0);

  std::vector<mammo::image::Marking> marks;
  for (const auto& mass : masses) {
    if (mass.score < 0.3) continue;
    marks.push_back({seen.to_input.inverse().apply(mass.box), mass.score, "mass"});
    const auto& box = marks.back().box;
    std::cout << mass.score << " at " << box.x << ' ' << box.y << ' ' << box.width << ' ' << box.height
              << '\n';
  }
  mammo::image::write_png(argv[3], mammo::image::draw_overlay(grey, marks));
}
