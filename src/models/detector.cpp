#include "mammo/models/detector.hpp"

#include "mammo/models/flip_augmentation.hpp"
#include "models/model_files.hpp"

namespace mammo::models {

Detector load_detector(const std::filesystem::path& folder) {
  return load_model<Detector>(folder, parse_detector_config);
}

std::vector<std::vector<Detection>> detect(const Detector& detector, const Tensor& x) {
  const RetinaNet& network = *detector.network;
  const auto find = [&](const Tensor& pictures) { return network.postprocess(network.forward(pictures)); };
  return detector.config.mirror ? detect_with_flip(find, x) : find(x);
}

} // namespace mammo::models
