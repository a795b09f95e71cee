// Runs the programs of examples/ that docs/ shows, and looks at what they say.
#include "mammo/image/read.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo::test;

namespace {

std::vector<double> numbers(const std::string& line) {
  std::istringstream words(line.substr(line.find(':') + 1));
  std::vector<double> found;
  for (double number = 0; words >> number;) found.push_back(number);
  return found;
}

// The last word of a line.
double last_number(const std::string& line) {
  return std::stod(line.substr(line.rfind(' ') + 1));
}

} // namespace

TEST_CASE("The example of an own operation has the right values, slopes and inverse") {
  const Ended ended = run_program({EXAMPLE_OWN_OPERATION});
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  const auto out = lines(ended.out);
  REQUIRE(out.size() == 6);
  // log 2 at 0.
  CHECK(numbers(out[0]) == std::vector<double>{0, 0.693147, 1000});
  // 1 / (1 + exp(-x)) at -3, 0.5 and 4.
  const std::vector<double> slopes = {0.0474259, 0.622459, 0.982014};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto both = numbers(out[2 + i]);
    REQUIRE(both.size() == 2);
    CHECK(both[0] == Approx(slopes[i]));
    CHECK(both[1] == Approx(slopes[i]));
  }
  CHECK(last_number(out[5]) == Approx(0.541325).margin(1e-5)); // log(e - 1)
}

TEST_CASE("The example of an own backend computes linear layers and leaves the rest to others") {
  const Ended ended = run_program({EXAMPLE_OWN_BACKEND});
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  const auto out = lines(ended.out);
  REQUIRE(out.size() == 3);
  CHECK(out[0].starts_with("asked in this order: own cpu"));
  CHECK(last_number(out[1]) < 1e-5);
  CHECK(out[2] == "relu: others, 640 numbers");
}

TEST_CASE("The example of an explanation finds the mass on its film", "[slow]") {
  const TemporaryFolder folder;
  const auto film = source_dir() / "examples" / "data" / "01442_RIGHT_MLO.jpg";
  const auto picture = folder / "map.png";
  const Ended ended = run_program(
      {EXAMPLE_EXPLAIN, film.string(), (source_dir() / "models" / "detector").string(), picture.string()});
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  REQUIRE(lines(ended.out).size() == 1);
  std::istringstream place(ended.out.substr(ended.out.find("around") + 6));
  double x = 0;
  double y = 0;
  place >> x >> y;
  // examples/data/boxes.json: [367.9, 872.3, 84.5, 79.7]
  CHECK(x == Approx(410).margin(42));
  CHECK(y == Approx(912).margin(40));
  CHECK(mammo::image::read_film(picture).width() == 800);
}

TEST_CASE("The example of an own architecture learns to point at masses", "[slow]") {
  const TemporaryFolder folder;
  const Ended ended = run_program({EXAMPLE_OWN_ARCHITECTURE, folder.path().string(), "800"});
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  const auto out = lines(ended.out);
  REQUIRE(out.size() == 2);
  CHECK(last_number(out[0]) > 0.3); // by chance: 0.01, the part of the cells
  // 7x7 and 1x1 convolutions between 1 and 24 channels, five of 3x3 between 24 and 24, all with biases.
  CHECK(out[1].starts_with(std::to_string(49 * 24 + 24 + 5 * (9 * 24 * 24 + 24) + 24 + 1) + " parameters, "));
  CHECK(mammo::nn::SafeTensors(folder / "pointer.safetensors").contains("blocks.4.weight"));
  CHECK(std::filesystem::file_size(folder / "pointer.onnx") > 4 * 27265); // a f32 for each parameter and more
}

TEST_CASE("The example of training learns, and draws how", "[slow]") {
  const TemporaryFolder folder;
  const Ended ended = run_program({EXAMPLE_TRAIN_ON_PHANTOMS, folder.path().string(), "60"});
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  const auto out = lines(ended.out);
  REQUIRE(out.size() == 4); // steps 0, 25 and 50, and the measure
  CHECK(last_number(out[2]) < 0.6 * last_number(out[0]));
  CHECK(out[3].starts_with("Dice on 32 films"));
  CHECK(last_number(out[3]) > 0.15); // all called a mass: 0.02, since masses fill 1 %
  const auto plot = mammo::image::read_film(folder / "loss.png");
  CHECK(plot.height() == 540);
  CHECK(plot.width() == 960);
  const auto found = mammo::image::read_film(folder / "found.png").stored;
  CHECK(found.shape() == mammo::Shape{3 * 128, 8 * 96});
}
