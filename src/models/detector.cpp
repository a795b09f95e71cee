#include "mammo/models/detector.hpp"

#include "models/model_files.hpp"

namespace mammo::models {

Detector load_detector(const std::filesystem::path& folder) {
  return load_model<Detector>(folder, parse_detector_config);
}

} // namespace mammo::models
