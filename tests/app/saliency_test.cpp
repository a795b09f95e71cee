#include "app/npy.hpp"
#include "mammo/app/saliency_files.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <cstring>
#include <numeric>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using namespace mammo::app;
using Json = nlohmann::json;

namespace {

// The shipped models but those that have nothing to do with what is explained.
Analyzer detector_alone() {
  return Analyzer({.presence = "", .pathology = "", .segmenter = "", .density = "", .execution = {}});
}

Analysis analysis_of(Analyzer& analyzer, const char* film) {
  FileOptions options;
  options.analysis.threshold = 0;
  return analyzer.analyze_file(test::source_dir() / "examples" / "data" / film, options);
}

Tensor grey_film(const char* film) {
  return image::render_grey8(image::read_film(test::source_dir() / "examples" / "data" / film)).pixels;
}

double total(const Tensor& map) {
  const auto values = test::as_doubles(map);
  return std::accumulate(values.begin(), values.end(), 0.0);
}

bool inside(const Box& box, Point p) {
  return p.x >= box.x && p.x <= box.right() && p.y >= box.y && p.y <= box.bottom();
}

} // namespace

TEST_CASE("The score of the shipped detector's best mark comes from the mass", "[slow]") {
  Analyzer analyzer = detector_alone();
  const Json truth = Json::parse(read_text(test::source_dir() / "examples" / "data" / "boxes.json"));
  for (const char* film : {"01442_RIGHT_CC.jpg", "01442_RIGHT_MLO.jpg"}) {
    INFO(film);
    const Json& box = truth[film][0];
    const Box mass{box[0], box[1], box[2], box[3]};
    const Saliency saliency = explain_detection(analyzer, analysis_of(analyzer, film));
    CHECK(saliency.explained.score == saliency.analysis.detections.front().score);
    // Of the film itself: the detection's score is the mean with that of the mirror image.
    const image::DetectorInput seen = image::detector_input(grey_film(film));
    const models::RetinaNet& network = *analyzer.detector().network;
    const auto own = network.postprocess(network.forward(seen.input)).at(0).at(0);
    CHECK(saliency.explained.anchor == own.anchor);
    CHECK(1 / (1 + std::exp(-saliency.logit)) == Approx(own.score).epsilon(1e-5));
    CHECK(saliency.explained.score == Approx(own.score).margin(0.1));
    CHECK(inside(mass, saliency.peak));
    CHECK(saliency.share_in_box > 0.5);
    const Saliency smooth =
        explain_detection(analyzer, analysis_of(analyzer, film),
                          {.method = SaliencyMethod::smooth_grad, .smooth_grad = {.samples = 8}});
    CHECK(inside(mass, smooth.peak));
    // The box is far less than a hundredth of the film.
    CHECK(smooth.share_in_box > 0.25);
  }
}

TEST_CASE("Another detection is explained by another part of the film", "[slow]") {
  Analyzer analyzer = detector_alone();
  const Analysis analysis = analysis_of(analyzer, "01442_RIGHT_CC.jpg");
  REQUIRE(analysis.detections.size() > 2);
  const Saliency second = explain_detection(analyzer, analysis, {.box = 2});
  CHECK(second.explained.score == analysis.detections[1].score);
  CHECK(second.explained.box == analysis.detections[1].box);
  CHECK(second.share_in_box > 0.2);
  CHECK(iou(second.explained.box, analysis.detections[0].box) < 0.3);
}

TEST_CASE("Integrated gradients of a film share out its logit over a black canvas's", "[slow]") {
  Analyzer analyzer = detector_alone();
  const Saliency saliency = explain_detection(analyzer, analysis_of(analyzer, "01442_RIGHT_MLO.jpg"),
                                              {.method = SaliencyMethod::integrated_gradients, .steps = 128});
  const auto& network = *analyzer.detector().network;
  const Tensor canvas = saliency.analysis.canvas;
  const Tensor black = Tensor::full({1, 1, canvas.size(0), canvas.size(1)}, -114);
  const Tensor logits = select(network.forward(black).cls_logits, 1, saliency.explained.anchor);
  const double of_black = select(logits, 1, saliency.explained.network_label).item<float>();
  const double difference = saliency.logit - of_black;
  REQUIRE(difference > 1);
  CHECK(total(saliency.map) == Approx(difference).epsilon(0.05));
  CHECK(saliency.is_signed);
}

TEST_CASE("The map is the method's own, whatever is drawn of it") {
  Analyzer analyzer = detector_alone();
  const Analysis analysis = analysis_of(analyzer, "01442_RIGHT_MLO.jpg");
  const Saliency sharp =
      explain_detection(analyzer, analysis, {.method = SaliencyMethod::input_gradient, .blur = 0});
  const Saliency soft =
      explain_detection(analyzer, analysis, {.method = SaliencyMethod::input_gradient, .blur = 6});
  CHECK((test::as_doubles(sharp.map) == test::as_doubles(soft.map)));
  CHECK(sharp.peak_value > 2 * soft.peak_value);
}

TEST_CASE("What cannot be explained on a film is refused") {
  Analyzer analyzer = detector_alone();
  Analysis analysis = analysis_of(analyzer, "00421_LEFT_CC.jpg");
  const auto count = static_cast<int>(analysis.detections.size());
  CHECK_THROWS_AS(explain_detection(analyzer, analysis, {.box = count + 1}), ArgumentError);
  CHECK_THROWS_AS(explain_detection(analyzer, analysis, {.box = 0}), ArgumentError);
  analysis.detections[0].anchor = -1;
  CHECK_THROWS_AS(explain_detection(analyzer, analysis), NotImplemented);
  analysis.detections.clear();
  CHECK_THROWS_AS(explain_detection(analyzer, analysis), ArgumentError);
}

TEST_CASE("Methods have names") {
  for (const SaliencyMethod method : all_saliency_methods)
    CHECK(parse_saliency_method(name_of(method)) == method);
  CHECK_THROWS_WITH(parse_saliency_method("cam"), Catch::Contains("\"cam\"") && Catch::Contains("grad_cam"));
}

TEST_CASE("A .npy file has NumPy's header, then the elements from a multiple of 64 on") {
  const std::string bytes = encode_npy(Tensor::from({1.0F, -2.0F, 0.5F, 4.0F, 5.0F, 6.0F}, {2, 3}));
  CHECK(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t length =
      static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  const std::string header = bytes.substr(10, length);
  CHECK(header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, ), }"));
  CHECK(header.back() == '\n');
  CHECK((10 + length) % 64 == 0);
  REQUIRE(bytes.size() == 10 + length + 6 * sizeof(float));
  float second = 0;
  std::memcpy(&second, bytes.data() + 10 + length + sizeof(float), sizeof second);
  CHECK(second == -2);
}
