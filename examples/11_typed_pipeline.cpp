// Lesson 11, a typed pipeline: the way from a file to a marked film as a value, made of named stages whose
// types are checked as it is written. It branches, shows itself, and does what the calls by hand do.
//     example_11_typed_pipeline FILM MODEL_FOLDER OVERLAY.png
#include "mammo/image/detector_input.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/pipeline/describe.hpp"
#include "mammo/pipeline/tee.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <type_traits>
#include <vector>

using namespace mammo;
using namespace mammo::pipeline;
using Markings = std::vector<image::Marking>;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto detector = models::load_detector(argv[2]);

  // Stages: small functions with names. What each takes and gives stands in its signature.
  const auto read = named<"read">([](const std::filesystem::path& path) { return image::read_film(path); });
  const auto render =
      named<"render">([](const image::Film& film) { return image::render_grey8(film).pixels; });
  const auto prepare = named<"prepare">([](const Tensor& grey) { return image::detector_input(grey); });
  const auto detect = named<"detect">([&](const image::DetectorInput& seen) {
    const auto masses = models::detect(detector, seen.input).at(0);
    Markings marks;
    for (const auto& mass : masses) {
      if (mass.score >= 0.3) marks.push_back({seen.to_input.inverse().apply(mass.box), mass.score, "mass"});
    }
    return marks;
  });
  const auto nothing = named<"no breast">([](const image::DetectorInput&) { return Markings(); });
  const auto same = named<"film">([](const Tensor& grey) { return grey; });
  const auto draw = named<"draw">(
      spread([](const Tensor& grey, const Markings& marks) { return image::draw_overlay(grey, marks); }));

  // A stage may be made of stages: a branch, and a tee, which shows one value to several and joins their
  // results in a tuple.
  const auto found = [](const image::DetectorInput& seen) { return seen.breast_found; };
  const auto marks_of = prepare | branch(found, detect, nothing);
  const auto overlay_of = read | render | tee(same, marks_of) | draw;
  std::cout << describe(overlay_of).text();

  // What does not fit does not compile, and the compiler's first line says who gives what to whom. Without
  // `render`, `read | prepare` would be:
  static_assert(std::is_same_v<
                decltype(prepare)::Check<Stage<"read">, image::Film>,
                StagesDoNotFit<Stage<"read">, Gives<image::Film>, Stage<"prepare">, Takes<const Tensor&>>>);

  // It is called like a function. Parts are pipelines too: each can be tried alone.
  const Tensor overlay = overlay_of(argv[1]);
  image::write_png(argv[3], overlay);
  const Tensor grey = render(read(argv[1]));
  const Markings marks = marks_of(grey);
  std::cout << marks.size() << " marks; drawn by hand the picture is "
            << (std::ranges::equal(overlay.data<std::uint8_t>(),
                                   image::draw_overlay(grey, marks).data<std::uint8_t>())
                    ? "the same"
                    : "ANOTHER")
            << '\n';
}
