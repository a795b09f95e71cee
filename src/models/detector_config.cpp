#include "mammo/models/detector.hpp"
#include "models/input_config_fields.hpp"
#include "models/model_files.hpp"
#include "models/retinanet_fields.hpp"

namespace mammo::models {

template <class Visitor>
static void describe(Visitor& field, Is<DetectorConfig> auto& c) {
  field("architecture", c.architecture);
  field("name", c.name);
  field("version", c.version);
  field("input", c.input);
  field("network", c.network);
  field("class_names", c.class_names);
  field("mirror", c.mirror);
}

namespace {

void check(const DetectorConfig& config) {
  require<Error>(config.architecture == "retinanet", "architecture is \"", config.architecture,
                 "\", expected retinanet");
  const RetinaNet network(config.network); // throws on an architecture that cannot be built
  require<Error>(std::cmp_equal(config.class_names.size(), config.network.num_classes), "class_names has ",
                 config.class_names.size(),
                 " names, expected one for each of network.num_classes = ", config.network.num_classes);
  check_canvas(config.input);
}

} // namespace

DetectorConfig parse_detector_config(const std::string& json, const std::string& where) {
  return parse_model_config<DetectorConfig>(json, where, check);
}

std::string to_json(const DetectorConfig& config) {
  return JsonWriter::write(config).dump(2) + '\n';
}

} // namespace mammo::models
