#pragma once

#include "mammo/app/breast_density.hpp"
#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/image/detector_input.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mammo::app {

/// Something marked on a film.
struct Detection {
  std::string label;              ///< "mass"
  double score = 0;               ///< 0 to 1; ranks the marks, no probability of disease
  Box box;                        ///< in pixels of the original image, inside it
  std::int64_t network_label = 0; ///< the class's number in the network
  std::int64_t anchor = -1;       ///< row of the network's raw outputs; reports leave it out
  /// 0 to 1: how malignant it looks beside the lesions that the model was calibrated on
  /// (MalignancyReference); no probability of cancer. Empty where no model says.
  std::optional<double> malignancy = std::nullopt;
  /// Around the mass, closed, in pixels of the original image; empty where no model says or it saw nothing.
  std::vector<Point> outline = {};
};

/// What is known of the image that was analysed. A text that nobody gave is empty: nothing is guessed from
/// a file's name.
struct ImageRecord {
  std::string path;   ///< as given
  std::string sha256; ///< of the file's bytes
  std::string format; ///< for people: "PNG 16 bit"
  std::int64_t height = 0;
  std::int64_t width = 0;
  int bits = 0;           ///< of the stored values
  std::string laterality; ///< "L", "R" or "B"
  std::string view;       ///< "CC", "MLO", ...
  std::string modality;   ///< of a DICOM object
  std::string sop_instance_uid;
};

/// How the image became the network's input.
struct PreprocessingRecord {
  std::string voi;                     ///< the grey scale used
  image::DetectorInputOptions options; ///< every number of it
  double aspect = 0;                   ///< of the film, width over height
  bool breast_found = false;
  Box breast;      ///< in pixels of the original image
  double gain = 1; ///< of the brightness
  AffineTransform image_to_input;
};

/// What malignancy scores stand against: a score is the fraction of malignant lesions among those of the
/// population that looked alike, whose malignant fraction is `prevalence`.
struct MalignancyReference {
  std::string population; ///< for people
  double prevalence = 0;
  /// Where scores were converted: what they would be at this malignant fraction.
  std::optional<double> adjusted_prevalence = std::nullopt;
};

/// A model that took part.
struct ModelRecord {
  std::string task; ///< "mass detection"
  std::string name;
  std::string version;
  std::string weights_sha256;
  std::string config_sha256;
};

/// How and on what the networks ran.
struct ExecutionRecord {
  std::string backend; ///< asked first
  bool strict = false;
  std::string isa;
  int threads = 0;
};

/// Wall time of the stages in milliseconds, in the order in which they ran.
struct StageTime {
  std::string stage;
  double milliseconds = 0;
};

/// All that is known of one film after its analysis; `report.hpp` writes it down.
struct Analysis {
  ImageRecord image;
  PreprocessingRecord preprocessing;
  std::vector<ModelRecord> models;
  ExecutionRecord execution;
  double threshold = 0;                                    ///< detections score at least this
  std::vector<Detection> detections;                       ///< best score first
  std::optional<MalignancyReference> malignancy_reference; ///< where a model scored malignancy
  bool outlined = false;                                   ///< whether a model outlined the detections
  std::optional<BreastDensity> density;                    ///< where a model measured it
  std::vector<StageTime> times;
  std::size_t peak_tensor_bytes = 0; ///< counted memory that this film's analysis needed
  std::vector<std::string> warnings;

  Tensor grey;   ///< u8 [height, width]: the film as shown
  Tensor canvas; ///< u8: what the network saw
};

} // namespace mammo::app
