#include "mammo/models/detector.hpp"
#include "models/json_fields.hpp"

#include <array>
#include <string_view>

namespace mammo::models {

static constexpr std::array<std::pair<std::string_view, ExtraLevels>, 4> enum_names(const ExtraLevels*) {
  return {{{"none", ExtraLevels::none},
           {"pool", ExtraLevels::pool},
           {"p6p7_on_p5", ExtraLevels::p6p7_on_p5},
           {"p6p7_on_c5", ExtraLevels::p6p7_on_c5}}};
}

// `Config` is the struct, const where it is written.
template <class Config, class Wanted>
concept Is = std::same_as<std::remove_const_t<Config>, Wanted>;

template <class Visitor>
static void describe(Visitor& field, Is<InputConfig::Breast> auto& c) {
  field("blur_sigma", c.blur_sigma);
  field("otsu_fraction", c.otsu_fraction);
  field("least_threshold", c.least_threshold);
  field("frame_columns", c.frame_columns);
  field("frame_rows", c.frame_rows);
  field("opening", c.opening);
  field("least_area", c.least_area);
  field("margin_columns", c.margin_columns);
  field("margin_rows", c.margin_rows);
  field("touching", c.touching);
  field("touching_rows", c.touching_rows);
}

template <class Visitor>
static void describe(Visitor& field, Is<InputConfig::Brightness> auto& c) {
  field("percentile", c.percentile);
  field("background", c.background);
  field("target", c.target);
  field("least", c.least);
}

template <class Visitor>
static void describe(Visitor& field, Is<InputConfig::Canvas> auto& c) {
  field("height", c.height);
  field("width", c.width);
  field("max_scale", c.max_scale);
}

template <class Visitor>
static void describe(Visitor& field, Is<InputConfig> auto& c) {
  field("working_height", c.working_height);
  field("breast", c.breast);
  field("brightness", c.brightness);
  field("canvas", c.canvas);
  field("mean", c.mean);
}

template <class Visitor>
static void describe(Visitor& field, Is<ResNetConfig> auto& c) {
  field("depth", c.depth);
  field("width_factor", c.width_factor);
  field("stride_on_1x1", c.stride_on_1x1);
  field("input_channels", c.input_channels);
  field("frozen_norm", c.frozen_norm);
  field("norm_eps", c.norm_eps);
  field("num_classes", c.num_classes);
}

template <class Visitor>
static void describe(Visitor& field, Is<AnchorConfig> auto& c) {
  field("sizes", c.sizes);
  field("aspect_ratios", c.aspect_ratios);
}

template <class Visitor>
static void describe(Visitor& field, Is<DetectionConfig> auto& c) {
  field("score_threshold", c.score_threshold);
  field("candidates_per_level", c.candidates_per_level);
  field("nms_threshold", c.nms_threshold);
  field("max_detections", c.max_detections);
  field("ignored_classes", c.ignored_classes);
}

template <class Visitor>
static void describe(Visitor& field, Is<RetinaNetConfig> auto& c) {
  field("backbone", c.backbone);
  field("pyramid_stages", c.pyramid_stages);
  field("pyramid_channels", c.pyramid_channels);
  field("extra_levels", c.extra_levels);
  field("head_depth", c.head_depth);
  field("num_classes", c.num_classes);
  field("anchors", c.anchors);
  field("detection", c.detection);
}

template <class Visitor>
static void describe(Visitor& field, Is<DetectorConfig> auto& c) {
  field("name", c.name);
  field("version", c.version);
  field("input", c.input);
  field("network", c.network);
  field("class_names", c.class_names);
}

namespace {

Json parse_json(const std::string& text) {
  // A configuration is a few objects deep; far more is an attempt to exhaust memory.
  static constexpr int depth_limit = 16;
  const auto check = [](int depth, Json::parse_event_t, Json&) {
    require<Error>(depth <= depth_limit, "nested more than ", depth_limit, " deep");
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    throw Error(concat("is not JSON: ", error.what()));
  }
}

void check(const DetectorConfig& config) {
  const RetinaNet network(config.network); // throws on an architecture that cannot be built
  require<Error>(std::cmp_equal(config.class_names.size(), config.network.num_classes), "class_names has ",
                 config.class_names.size(),
                 " names, expected one for each of network.num_classes = ", config.network.num_classes);
  const InputConfig::Canvas& canvas = config.input.canvas;
  require<Error>(canvas.height > 0 && canvas.width > 0 && canvas.height <= 8192 && canvas.width <= 8192,
                 "input.canvas is ", canvas.height, " x ", canvas.width, ", expected 1 to 8192 pixels");
}

} // namespace

DetectorConfig parse_detector_config(const std::string& json, const std::string& where) {
  DetectorConfig config;
  try {
    JsonReader::read(parse_json(json), "", config);
    check(config);
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(where, error.what());
  }
  return config;
}

std::string to_json(const DetectorConfig& config) {
  return JsonWriter::write(config).dump(2) + '\n';
}

} // namespace mammo::models
