// Lessons 15 to 18 of examples/: one's own parts, and the benchmark.
#include "mammo/nn/safetensors.hpp"
#include "tests/app/lesson.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"
#include "tests/support/skip.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo::test;

namespace {

// A Python that has ONNX Runtime, as scripts/check-onnx looks for it; skips where there is none.
std::string python_with_onnx_runtime() {
  const char* rivals = std::getenv("MAMMO_RIVALS");
  const auto folder = rivals != nullptr ? std::filesystem::path(rivals) : source_dir() / ".rivals";
  for (const std::string& python : {(folder / "bin" / "python").string(), std::string("/usr/bin/python3")}) {
    if (!std::filesystem::exists(python)) continue;
    if (run_program({python, "-c", "import onnxruntime, numpy"}).status == 0) return python;
  }
  skip("no Python with onnxruntime: scripts/rivals installs one");
}

} // namespace

TEST_CASE("Lesson 15: the layer of one's own has the right values and slopes, and learns") {
  const auto out = run_lesson("15_own_layer");
  REQUIRE(out.size() == 6);
  // log 2 at 0.
  CHECK(numbers(out[0], ":") == std::vector<double>{0, 0.693147, 1000});
  // 1 / (1 + exp(-2 x)) at -3, 0.5 and 4.
  const std::array slopes{0.00247262, 0.731059, 0.999665};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto row = numbers(out[2 + i]); // in x and in beta by the tape, then by differences
    REQUIRE(row.size() == 4);
    CHECK(row[0] == Approx(slopes.at(i)));
    CHECK(row[2] == Approx(row[0]));
    CHECK(row[3] == Approx(row[1]));
  }
  CHECK(last_number(out[5]) == Approx(3).margin(0.01)); // beta of the function that it was shown
}

TEST_CASE("Lesson 16: the backend of one's own computes linear layers and leaves the rest to others") {
  const auto out = run_lesson("16_own_backend");
  REQUIRE(out.size() == 3);
  CHECK(out[0].starts_with("asked in this order: own cpu"));
  CHECK(last_number(out[1]) < 1e-5);
  CHECK(out[2] == "relu: others, 640 numbers");
}

TEST_CASE("Lesson 17: the architecture of one's own learns to point at masses", "[slow]") {
  const TemporaryFolder folder;
  const auto out = run_lesson("17_own_architecture", {folder.path().string(), "800"});
  REQUIRE(out.size() == 2);
  CHECK(last_number(out[0]) > 0.3); // by chance: 0.01, the part of the cells
  // 7x7 and 1x1 convolutions between 1 and 24 channels, five of 3x3 between 24 and 24, all with biases.
  CHECK(out[1].starts_with(std::to_string(49 * 24 + 24 + 5 * (9 * 24 * 24 + 24) + 24 + 1) + " parameters, "));
  CHECK(mammo::nn::SafeTensors(folder / "pointer.safetensors").contains("blocks.4.weight"));
  CHECK(std::filesystem::file_size(folder / "pointer.onnx") > 4 * 27265); // a f32 for each parameter and more
}

TEST_CASE("Lesson 18: ONNX Runtime computes the same, and both are timed", "[slow]") {
  const std::string python = python_with_onnx_runtime();
  const TemporaryFolder folder;
  const auto out = run_lesson("18_onnx_runtime", {folder.path().string(), "resnet18", python});
  REQUIRE(out.size() == 4);
  // 1.814 G multiply-adds for 224 x 224 pixels, as torchvision's table of models says.
  CHECK(numbers(out[0], "steps,").at(0) == Approx(2 * 1.814).epsilon(1e-3));
  CHECK(numbers(out[1], "by").at(0) < 1e-4);
  const double ours = numbers(out[2], "threads:").at(0);
  const double theirs = numbers(out[3], ":").at(0);
  CHECK(numbers(out[3], ":").at(1) == Approx(theirs / ours).epsilon(1e-3));
}

TEST_CASE("Lesson 18 says where ONNX Runtime is not installed, and times mammo alone") {
  const TemporaryFolder folder;
  const Ended ended =
      run_program({lesson_program("18_onnx_runtime"), folder.path().string(), "resnet18", "/bin/false"});
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  const auto out = lines(ended.out);
  REQUIRE(out.size() == 3);
  CHECK(numbers(out[1], "threads:").at(0) > 0);
  CHECK(out[2] == "no ONNX Runtime: /bin/false cannot import it (pip install onnxruntime numpy)");
}
