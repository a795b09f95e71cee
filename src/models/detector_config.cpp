#include "mammo/models/detector.hpp"
#include "models/json_fields.hpp"
#include "models/retinanet_fields.hpp"

namespace mammo::models {

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
static void describe(Visitor& field, Is<DetectorConfig> auto& c) {
  field("architecture", c.architecture);
  field("name", c.name);
  field("version", c.version);
  field("input", c.input);
  field("network", c.network);
  field("class_names", c.class_names);
}

namespace {

void check(const DetectorConfig& config) {
  require<Error>(config.architecture == "retinanet", "architecture is \"", config.architecture,
                 "\", expected retinanet");
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
