#include "mammo/models/pathology.hpp"

#include "mammo/core/error.hpp"
#include "mammo/models/flip_augmentation.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/views.hpp"
#include "models/lesion_input_fields.hpp"
#include "models/model_files.hpp"
#include "models/pathology_ensemble_fields.hpp"

#include <cmath>

namespace mammo::models {

template <class Visitor>
static void describe(Visitor& field, Is<ScoreCalibration> auto& c) {
  field("slope", c.slope);
  field("intercept", c.intercept);
  field("prevalence", c.prevalence);
  field("reference", c.reference);
}

template <class Visitor>
static void describe(Visitor& field, Is<PathologyConfig> auto& c) {
  field("architecture", c.architecture);
  field("name", c.name);
  field("version", c.version);
  field("input", c.input);
  field("network", c.network);
  field("mirrored", c.mirrored);
  field("calibration", c.calibration);
}

namespace {

void check(const PathologyConfig& config) {
  require<Error>(config.architecture == "pathology_ensemble", "architecture is \"", config.architecture,
                 "\", expected pathology_ensemble");
  const PathologyEnsemble network(config.network); // throws on an architecture that cannot be built
  require<Error>(config.network.branch.input_channels == 1, "network.branch.input_channels is ",
                 config.network.branch.input_channels, ", expected 1");
  check_lesion_input(config.input);
  const double prevalence = config.calibration.prevalence;
  require<Error>(prevalence > 0 && prevalence < 1, "calibration.prevalence is ", prevalence,
                 ", expected between 0 and 1");
}

double log_odds(double p) {
  return std::log(p / (1 - p));
}

/// Rows in reverse order: the columns of the transposed picture.
Tensor upside_down(const Tensor& x) {
  const auto turned = [](const Tensor& t) { return t.transpose(2, 3).contiguous(); };
  return turned(mirrored(turned(x)));
}

} // namespace

double ScoreCalibration::score(double logit, std::optional<double> other) const {
  double log_odds_of_score = slope * logit + intercept;
  if (other) {
    require<ArgumentError>(*other > 0 && *other < 1, "prevalence ", *other, ", expected between 0 and 1");
    log_odds_of_score += log_odds(*other) - log_odds(prevalence);
  }
  return 1 / (1 + std::exp(-log_odds_of_score));
}

PathologyModel load_pathology(const std::filesystem::path& folder) {
  return load_model<PathologyModel>(folder, parse_pathology_config);
}

std::vector<double> malignancy_logits(const PathologyEnsemble& network, const Tensor& image,
                                      const Tensor& mask, bool with_mirror_images) {
  const NoGrad off;
  std::vector<double> logits(static_cast<std::size_t>(image.size(0)), 0.0);
  const auto add = [&](const Tensor& x, const Tensor& m) {
    const Tensor y = network.forward(x, m).pathology.plain();
    for (std::size_t i = 0; i < logits.size(); ++i) logits[i] += static_cast<double>(y.data<float>()[i]);
  };
  add(image, mask);
  if (!with_mirror_images) return logits;
  add(mirrored(image), mirrored(mask));
  const Tensor image_down = upside_down(image);
  const Tensor mask_down = upside_down(mask);
  add(image_down, mask_down);
  add(mirrored(image_down), mirrored(mask_down));
  for (double& logit : logits) logit /= 4;
  return logits;
}

PathologyConfig parse_pathology_config(const std::string& json, const std::string& where) {
  return parse_model_config<PathologyConfig>(json, where, check);
}

std::string to_json(const PathologyConfig& config) {
  return JsonWriter::write(config).dump(2) + '\n';
}

} // namespace mammo::models
