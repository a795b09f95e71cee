// Lessons 1 to 6 of examples/: computing and learning.
#include "mammo/image/read.hpp"
#include "tests/app/lesson.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo::test;

TEST_CASE("Lesson 1: tensors share, copy, broadcast and convert as they say") {
  const auto out = run_lesson("01_tensors");
  REQUIRE(out.size() == 11);
  CHECK(out[0] == "f32 [2, 3, 4, 5] row_major cpu, strides [60, 20, 5, 1]");
  CHECK(out[1] == "element (1, 2, 3, 1) is number 116: 116");
  CHECK(out[2] == "a view: f32 [2, 3, 2, 3] row_major cpu, strides [60, 20, 5, 2], the same memory");
  CHECK(out[3] == "a copy: f32 [2, 3, 2, 3] row_major cpu, strides [18, 6, 3, 1], other memory");
  CHECK(out[4] == "a new version: the view begins with -1, the copy with 0");
  CHECK(last_number(out[5]) == 100 * 119);
  CHECK(numbers(out[6], "cpu:") == std::vector<double>{2 * 8 * 4 * 5 * 4, 2 * 3 * 4 * 5 * 4});
  CHECK(out[7] == "and back: equal");
  CHECK(numbers(out[8], "bytes:") == std::vector<double>{0, 99, 255});
  CHECK(out[9] == "at most 2048 KiB at once"); // two tensors of 256 x 1024 floats
}

TEST_CASE("Lesson 2: the convolutions agree, and the library's is the fast one", "[serial]") {
  const auto out = run_lesson("02_convolution");
  REQUIRE(out.size() == 3);
  const double gflop = 2e-9 * 9 * 64 * 64 * 100 * 56; // two for each weight and output pixel
  for (const std::string& line : out) {
    const auto figures = numbers(line, ":"); // ms, GFLOP/s, times as fast, difference
    REQUIRE(figures.size() == 4);
    CHECK(figures[0] * figures[1] == Approx(gflop * 1e3).epsilon(1e-3));
    // Sums of 576 products of variance 1 / 576: of order 1, each off by some units of 6e-8.
    CHECK(figures[3] < 5e-5);
  }
  CHECK(numbers(out[2], ":").at(2) > 5);
}

TEST_CASE("Lesson 3: gradients are those of the formula and of differences, and lead to the solution") {
  const auto out = run_lesson("03_autograd");
  REQUIRE(out.size() == 7);
  const auto tape = numbers(out[0], ":");
  REQUIRE(tape.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(numbers(out[1], ":").at(i) == Approx(tape[i]));
    CHECK(numbers(out[2], ":").at(i) == Approx(tape[i]));
    CHECK(numbers(out[3], ":").at(i) == Approx(2 * tape[i]));
    CHECK(std::abs(numbers(out[5], ":").at(i)) < 1e-9);
  }
  // The points lie around y = 2 t + 1 with a deviation of 0.1, t uniform in -1 to 1: of 50 of them the
  // slope's standard error is 0.1 / sqrt(50 / 3), the intercept's 0.1 / sqrt(50).
  CHECK(numbers(out[4], ":").at(0) == Approx(2).margin(4 * 0.0245));
  CHECK(numbers(out[4], ":").at(1) == Approx(1).margin(4 * 0.0141));
}

TEST_CASE("Lesson 4: the tiny network learns to tell discs from rings") {
  const auto out = run_lesson("04_training");
  REQUIRE(out.size() == 9);
  const int parameters = (5 * 5 * 8 + 8) + (3 * 3 * 8 * 16 + 16) + (16 * 2 + 2);
  CHECK(out[0] == std::to_string(parameters) + " parameters");
  CHECK(last_number(out[1]) == Approx(std::log(2)).margin(0.4)); // knows nothing
  CHECK(last_number(out[6]) < 0.2);
  const auto rings = numbers(out[7]);
  const auto discs = numbers(out[8]);
  CHECK(rings.at(0) + rings.at(1) + discs.at(0) + discs.at(1) == 16 * 16);
  CHECK(rings.at(0) + discs.at(0) > 0.95 * 256); // half of it by guessing
}

TEST_CASE("Lesson 5: training learns, and learns the same when it was stopped in between") {
  const TemporaryFolder folder;
  const std::string at_once = (folder / "at once").string();
  const std::string in_parts = (folder / "in parts").string();
  const auto expected = run_lesson("05_resume", {at_once, "80"});
  REQUIRE(expected.size() == 9);
  CHECK(last_number(expected.back()) > 0.9); // 0.5 by guessing

  REQUIRE(run_program({lesson_program("05_resume"), in_parts, "33"}).status == 0);
  const auto rest = lines(run_program({lesson_program("05_resume"), in_parts, "80"}).out);
  REQUIRE(rest.size() == 7);
  CHECK(rest.front() == "going on at step 30");
  for (std::size_t i = 1; i < rest.size(); ++i) CHECK(rest[i] == expected[i + 2]);
}

TEST_CASE("Lesson 6: the network learns to outline masses, and draws how", "[slow]") {
  const TemporaryFolder folder;
  const auto out = run_lesson("06_segmentation", {folder.path().string(), "60"});
  REQUIRE(out.size() == 4); // steps 0, 25 and 50, and the measure
  CHECK(last_number(out[2]) < 0.6 * last_number(out[0]));
  CHECK(last_number(out[3]) > 0.15); // all called a mass: 0.02, since masses fill 1 %
  const auto plot = mammo::image::read_film(folder / "loss.png");
  CHECK(plot.height() == 540);
  CHECK(plot.width() == 960);
  const auto found = mammo::image::read_film(folder / "found.png").stored;
  CHECK(found.shape() == mammo::Shape{3 * 128, 8 * 96});
}
