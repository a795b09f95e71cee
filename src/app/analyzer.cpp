#include "mammo/app/analyzer.hpp"

#include "app/malignancy.hpp"
#include "app/stopwatch.hpp"
#include "mammo/app/film_stages.hpp"
#include "mammo/app/model_folder.hpp"
#include "mammo/app/sha256.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/models/density.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/models/pathology.hpp"
#include "mammo/models/presence.hpp"
#include "mammo/models/segmenter.hpp"
#include "mammo/train/detector_films.hpp"
#include "mammo/train/lesion_outline.hpp"
#include "mammo/train/second_look.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mammo::app {
namespace {

/// What the network found, in pixels of the original image. A box that lies in the canvas's black border
/// alone, or shows less than a pixel of the film's width or height, marks nothing and is dropped.
std::vector<Detection> on_film(const std::vector<models::Detection>& found, const models::Detector& detector,
                               const AffineTransform& input_to_image, const image::Film& film) {
  std::vector<Detection> detections;
  for (const models::Detection& detection : found) {
    const Box box = clip(input_to_image.apply(detection.box), static_cast<double>(film.width()),
                         static_cast<double>(film.height()));
    if (std::min(box.width, box.height) < 1) continue;
    detections.push_back({.label = detector.config.class_names.at(static_cast<std::size_t>(detection.label)),
                          .score = detection.score,
                          .box = box,
                          .network_label = detection.label,
                          .anchor = detection.anchor});
  }
  return detections;
}

/// What a second look leaves of the marks on a film.
std::vector<Detection> confirmed(const std::vector<Detection>& detections, const models::PresenceModel& model,
                                 const train::LesionFilm& film) {
  std::vector<train::Mark> marks;
  for (const Detection& detection : detections) {
    marks.push_back({.box = detection.box, .score = detection.score});
  }
  std::vector<Detection> kept;
  for (const train::ConfirmedMark& mark : train::confirm_marks(*model.network, model.config, film, marks)) {
    Detection& detection = kept.emplace_back(detections[mark.mark]);
    detection.box = mark.box;
    detection.score = mark.score;
  }
  return kept;
}

bool is_there(const std::filesystem::path& models, const std::string& folder) {
  std::error_code error;
  return !folder.empty() && std::filesystem::exists(models / folder / "weights.safetensors", error);
}

bool same_brightness(const models::InputConfig& a, const models::LesionInputConfig& b) {
  return a.working_height == b.working_height && a.breast == b.breast && a.brightness == b.brightness;
}

} // namespace

struct Analyzer::Models {
  models::Detector detector;
  std::optional<models::PresenceModel> presence;
  std::optional<models::PathologyModel> pathology;
  std::optional<models::Segmenter> segmenter;
  std::optional<models::DensityModel> density;
  std::vector<ModelRecord> records;
  image::DetectorInputOptions input;

  /// The film as a model of single lesions takes it. Brightness is measured once where it asks for the same
  /// as the detector.
  train::LesionFilm lesion_film(const Tensor& grey, const image::DetectorInput& prepared,
                                const models::LesionInputConfig& wanted) const {
    if (!same_brightness(detector.config.input, wanted))
      return train::lesion_film(grey, prepared.aspect, wanted);
    return {.grey = grey,
            .pixel_aspect =
                prepared.aspect * static_cast<double>(grey.size(0)) / static_cast<double>(grey.size(1)),
            .gain = prepared.gain};
  }
};

Analyzer::Analyzer(const AnalyzerOptions& options) : execution_(options.execution) {
  const ExecutionScope known_backend(execution_);
  std::optional<models::Detector> detector;
  std::optional<models::PresenceModel> presence;
  std::optional<models::PathologyModel> pathology;
  std::optional<models::Segmenter> segmenter;
  std::optional<models::DensityModel> density;
  std::array<std::optional<ModelRecord>, 5> found;
  const auto load = [&](auto& model, const auto& from, const std::string& name, std::size_t place,
                        const char* task) {
    const std::filesystem::path folder = options.models / name;
    model = from(folder);
    found.at(place) = model_record(task, model->config, folder);
  };
  const auto load_if_there = [&](auto& model, const auto& from, const std::string& name, std::size_t place,
                                 const char* task) {
    if (is_there(options.models, name)) load(model, from, name, place, task);
  };
  // Reading and hashing weights is most of a start: each thread takes the next model, the largest first.
  const std::array<std::function<void()>, 5> loads{
      [&] { load_if_there(pathology, models::load_pathology, options.pathology, 2, "malignancy score"); },
      [&] { load_if_there(density, models::load_density_model, options.density, 4, "breast density"); },
      [&] { load(detector, models::load_detector, options.detector, 0, "mass detection"); },
      [&] { load_if_there(segmenter, models::load_segmenter, options.segmenter, 3, "mass outlines"); },
      [&] { load_if_there(presence, models::load_presence, options.presence, 1, "mass presence"); }};
  std::atomic<std::size_t> next = 0;
  parallel_for(0, loads.size(), 1, [&](std::int64_t, std::int64_t) {
    for (std::size_t i = next++; i < loads.size(); i = next++) loads.at(i)();
  });
  std::vector<ModelRecord> records;
  for (std::optional<ModelRecord>& record : found) {
    if (record) records.push_back(std::move(*record));
  }
  const image::DetectorInputOptions input = train::input_options(detector->config.input);
  models_ =
      std::make_unique<Models>(Models{std::move(*detector), std::move(presence), std::move(pathology),
                                      std::move(segmenter), std::move(density), std::move(records), input});
}

const std::vector<ModelRecord>& Analyzer::models() const {
  return models_->records;
}

ExecutionRecord execution_record(const ExecutionOptions& execution) {
  return {.backend = execution.backend,
          .strict = execution.strict,
          .isa = std::string(name(isa())),
          .threads = thread_count()};
}

const models::Detector& Analyzer::detector() const {
  return models_->detector;
}

Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&&) noexcept = default;
Analyzer& Analyzer::operator=(Analyzer&&) noexcept = default;

Analysis Analyzer::analyze(const image::Film& film, const AnalysisOptions& options) const {
  require<ArgumentError>(options.threshold >= 0 && options.threshold <= 1, "threshold ", options.threshold,
                         ", expected 0 to 1");
  require<ArgumentError>(!options.prevalence || (*options.prevalence > 0 && *options.prevalence < 1),
                         "prevalence ", options.prevalence.value_or(0), ", expected between 0 and 1");
  const ExecutionScope execution(execution_);
  const MemoryScope memory;
  const models::Detector& detector = models_->detector;

  Analysis analysis;
  Stopwatch watch(analysis.times);
  const image::GreyImage grey = image::render_grey8(film, options.voi);
  watch.lap("voi");
  image::DetectorInputOptions preparation = models_->input;
  preparation.aspect = options.aspect;
  const image::DetectorInput input = image::detector_input(grey.pixels, preparation);
  watch.lap("preprocessing");
  const auto found = models::detect(detector, input.input);
  analysis.detections = on_film(found.at(0), detector, input.to_input.inverse(), film);
  watch.lap("detector");
  if (models_->presence) {
    const train::LesionFilm lesions =
        models_->lesion_film(grey.pixels, input, models_->presence->config.input);
    analysis.detections = confirmed(analysis.detections, *models_->presence, lesions);
    watch.lap("presence");
  }
  std::erase_if(analysis.detections,
                [&](const Detection& detection) { return detection.score < options.threshold; });
  if (models_->pathology) {
    const train::LesionFilm lesions =
        models_->lesion_film(grey.pixels, input, models_->pathology->config.input);
    score_malignancy(analysis.detections, *models_->pathology, lesions, options.prevalence);
    analysis.malignancy_reference = reference_of(*models_->pathology, options.prevalence);
    watch.lap("malignancy");
  }
  if (models_->segmenter) {
    for (Detection& detection : analysis.detections) {
      detection.outline = train::polygon_of(train::outline_lesion(
          *models_->segmenter->network, models_->segmenter->config, grey.pixels, detection.box));
    }
    analysis.outlined = true;
    watch.lap("outlines");
  }
  if (models_->density) {
    analysis.density =
        breast_density(*models_->density->network, models_->density->config, grey.pixels, options.aspect);
    watch.lap("density");
  }

  analysis.image = {.path = {},
                    .sha256 = {},
                    .format = film.format,
                    .height = film.height(),
                    .width = film.width(),
                    .bits = film.bits,
                    .laterality = film.metadata.laterality,
                    .view = film.metadata.view_position,
                    .modality = film.metadata.modality,
                    .sop_instance_uid = film.metadata.sop_instance_uid};
  analysis.preprocessing = {.voi = grey.voi,
                            .options = preparation,
                            .aspect = input.aspect,
                            .breast_found = input.breast_found,
                            .breast = input.breast,
                            .gain = input.gain,
                            .image_to_input = input.to_input};
  analysis.models = models_->records;
  analysis.execution = execution_record(execution_);
  analysis.threshold = options.threshold;
  analysis.warnings = film.warnings;
  if (!input.breast_found)
    analysis.warnings.emplace_back("no breast outline was found; the whole film was used");
  analysis.peak_tensor_bytes = memory.peak_bytes();
  analysis.grey = grey.pixels;
  analysis.canvas = input.canvas;
  return analysis;
}

Analysis Analyzer::analyze_file(const std::filesystem::path& path, const FileOptions& options) const {
  OpenedFilm film = OpenFilm{options.read}({.input = {path, {}}});
  return AnalyzeFilm{this, options.analysis}(std::move(film)).analysis;
}

} // namespace mammo::app
