#include "mammo/image/blur.hpp"
#include "mammo/image/breast.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/resample.hpp"
#include "mammo/image/voi.hpp"
#include "tests/image/formula_pictures.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;
using nlohmann::json;

namespace {

const json& record() {
  static const json parsed = json::parse(std::ifstream(golden("image/preprocessing.json")));
  return parsed;
}

struct Difference {
  int largest = 0;
  double mean = 0;
};

Difference difference(const Tensor& picture, const std::vector<int>& expected) {
  const auto values = picture.data<std::uint8_t>();
  REQUIRE(values.size() == expected.size());
  Difference result;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const int off = std::abs(int{values[i]} - expected[i]);
    result.largest = std::max(result.largest, off);
    result.mean += off / static_cast<double>(expected.size());
  }
  return result;
}

} // namespace

TEST_CASE("resize_area is within one grey level of OpenCV's INTER_AREA") {
  for (const json& item : record()["resize"]) {
    const Tensor old = noise_picture(item["old"][0], item["old"][1]);
    const Tensor resized = resize_area(old, item["new"][0], item["new"][1]);
    CAPTURE(item["old"].dump(), item["new"].dump());
    const Difference off = difference(resized, item["values"]);
    CHECK(off.largest <= 1);
    CHECK(off.mean < 0.1); // exact halves, which OpenCV rounds to even
  }
}

TEST_CASE("gaussian_blur has OpenCV's bits") {
  for (const json& item : record()["blur"]) {
    CAPTURE(item["size"].dump(), item["sigma"].dump());
    const Tensor blurred = gaussian_blur(noise_picture(item["size"][0], item["size"][1]), item["sigma"]);
    CHECK(difference(blurred, item["values"]).largest == 0);
  }
}

TEST_CASE("fit_to_canvas is within one grey level of OpenCV's bilinear warp") {
  for (const json& item : record()["fit"]) {
    CAPTURE(item["size"].dump(), item["canvas"].dump());
    const FittedPicture fitted = fit_to_canvas(
        noise_picture(item["size"][0], item["size"][1]),
        {.height = item["canvas"][0], .width = item["canvas"][1], .max_scale = item["max_scale"]});
    const Difference off = difference(fitted.canvas, item["values"]);
    CHECK(off.largest <= 1);
    CHECK(off.mean < 0.1); // exact halves, which OpenCV rounds to even
  }
}

TEST_CASE("detector_input equals its recorded twin in OpenCV and NumPy") {
  for (const json& item : record()["film"]) {
    CAPTURE(item["size"].dump(), item["side"].dump());
    const std::int64_t height = item["size"][0];
    const std::int64_t width = item["size"][1];
    const Tensor film = film_picture(height, width, item["side"] == "left", item["top"], item["bottom"]);
    DetectorInputOptions options;
    if (!item["aspect"].is_null()) options.aspect = item["aspect"].get<double>();
    const DetectorInput result = detector_input(film, options);

    const double aspect = options.aspect.value_or(static_cast<double>(width) / static_cast<double>(height));
    const double x_scale = std::nearbyint(800 * aspect) / static_cast<double>(width);
    const double y_scale = 800 / static_cast<double>(height);
    const json& box = item["working_box"];
    CHECK(result.breast_found);
    CHECK(result.breast.x * x_scale == Approx(box[0].get<double>()).margin(1e-9));
    CHECK(result.breast.y * y_scale == Approx(box[1].get<double>()).margin(1e-9));
    CHECK(result.breast.width * x_scale == Approx(box[2].get<double>()));
    CHECK(result.breast.height * y_scale == Approx(box[3].get<double>()));
    CHECK(result.percentile == Approx(item["percentile"].get<double>()).margin(1));

    const auto canvas = result.canvas.data<std::uint8_t>();
    int largest = 0;
    for (const json& sample : item["samples"]) {
      const std::size_t place = sample[0].get<std::size_t>() * 448 + sample[1].get<std::size_t>();
      largest = std::max(largest, std::abs(int{canvas[place]} - sample[2].get<int>()));
    }
    CHECK(largest <= 2); // one level of the area mean, brightened by up to 1.5
  }
}

TEST_CASE("otsu_threshold is OpenCV's") {
  for (const json& item : record()["film"]) {
    if (!item["aspect"].is_null()) continue;
    const std::int64_t height = item["size"][0];
    const std::int64_t width = item["size"][1];
    const Tensor film = film_picture(height, width, item["side"] == "left", item["top"], item["bottom"]);
    const Tensor working = resize_area(film, 800, 800 * width / height);
    CHECK(otsu_threshold(gaussian_blur(working, 5)) == item["otsu"].get<int>());
    CHECK(find_breast(working).otsu_threshold == item["otsu"].get<int>());
  }
}

namespace {

// One f32 tensor of a safetensors file.
std::vector<float> recorded_tensor(const std::filesystem::path& path, const std::string& name) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t length = 0;
  file.read(reinterpret_cast<char*>(&length), sizeof length);
  std::string header(length, ' ');
  file.read(header.data(), static_cast<std::streamsize>(length));
  const json entry = json::parse(header).at(name);
  REQUIRE(entry["dtype"] == "F32");
  const std::uint64_t begin = entry["data_offsets"][0];
  const std::uint64_t end = entry["data_offsets"][1];
  std::vector<float> values((end - begin) / sizeof(float));
  file.seekg(static_cast<std::streamoff>(8 + length + begin));
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(end - begin));
  REQUIRE(file.good());
  return values;
}

} // namespace

TEST_CASE("the detector's reference film becomes its recorded input") {
  const auto recorded = shared("weights/detector/golden.safetensors");
  std::ifstream name_file(shared("weights/detector/golden_film.txt"));
  std::string name;
  name_file >> name;
  const Tensor film = render_grey8(read_film(shared("data/cbis-ddsm-mass/train/" + name))).pixels;
  const DetectorInput result = detector_input(film, {.aspect = 0.6});

  std::vector<int> expected;
  for (const float value : recorded_tensor(recorded, "film.input")) {
    expected.push_back(static_cast<int>(std::lround(value * 255)));
  }
  const Difference off = difference(result.canvas, expected);
  CHECK(off.largest <= 1);
  CHECK(off.mean < 0.001);

  // The recorded transform counts whole pixels from the crop; ours counts edges from the original.
  const std::vector<float> m = recorded_tensor(recorded, "film.transform");
  const Point center{result.breast.x + 100, result.breast.y + 200};
  const double crop_x = 100 * 0.6 - 0.5;
  const double crop_y = 200 - 0.5;
  const Point ours = result.to_input.apply(center);
  CHECK(ours.x - 0.5 == Approx(double{m[0]} * crop_x + double{m[2]}).margin(1e-4));
  CHECK(ours.y - 0.5 == Approx(double{m[4]} * crop_y + double{m[5]}).margin(1e-4));
}

TEST_CASE("the breast is found on the side it is on in a real exam") {
  for (const char* name : {"L-CC", "L-MLO", "R-CC", "R-MLO"}) {
    CAPTURE(name);
    const Tensor film = render_grey8(read_film(shared(std::string("data/exam-nyu/") + name + ".png"))).pixels;
    const DetectorInput result = detector_input(film);
    const auto width = static_cast<double>(film.size(1));
    CHECK(result.breast_found);
    // L views face right: the chest wall is at the left edge.
    if (name[0] == 'L') CHECK(result.breast.x == 0);
    if (name[0] == 'R') CHECK(result.breast.right() == Approx(width));
  }
}
