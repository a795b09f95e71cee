#pragma once

#include "mammo/app/analysis.hpp"
#include "mammo/app/models_folder.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/image/film.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/models/detector.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace mammo::app {

/// Marks below this score are not shown. A convention: the detector's score is no calibrated probability, and
/// no films are left on which an operating point could be chosen honestly (the shipped weights saw all but
/// those kept for reporting). docs/analyze.md says what it means in figures.
inline constexpr double default_threshold = 0.3;

struct AnalyzerOptions {
  /// Holds a folder for each model.
  std::filesystem::path models = default_models_folder();
  /// The folder of the one that finds masses.
  std::string detector = "detector";
  /// The folder of the one that looks again at what was found: left out where it is not there. Empty: not
  /// wanted.
  std::string presence = "presence";
  /// The folder of the one that scores malignancy: left out where it is not there. Empty: not wanted.
  std::string pathology = "pathology";
  /// Of the one that outlines masses, and the one that measures density: each left out where it is not there.
  /// Empty: not wanted.
  std::string segmenter = "segmenter";
  std::string density = "density";
  ExecutionOptions execution;
};

struct AnalysisOptions {
  double threshold = default_threshold; ///< 0 to 1; the detector itself keeps nothing below 0.02
  image::VoiChoice voi;
  /// Of the film's true width to its height, where its picture is stretched. By default the picture's own.
  std::optional<double> aspect = std::nullopt;
  /// Malignancy scores are converted to what they would be among lesions of which this fraction is malignant.
  std::optional<double> prevalence = std::nullopt;
};

/// How networks run with these options here and now.
ExecutionRecord execution_record(const ExecutionOptions& execution);

struct FileOptions {
  AnalysisOptions analysis;
  image::ReadOptions read;
};

/// Analyses mammograms: finds masses, and says how. Load it once, use it for many films, from several threads
/// at once if need be.
///
///     Analyzer analyzer;
///     for (const Detection& mass : analyzer.analyze_file("film.dcm").detections) ...
class Analyzer {
 public:
  /// Loads the models. Throws FileError where one is missing or damaged, ArgumentError on a backend that this
  /// build lacks.
  explicit Analyzer(const AnalyzerOptions& options = {});
  ~Analyzer();
  Analyzer(Analyzer&&) noexcept;
  Analyzer& operator=(Analyzer&&) noexcept;

  /// The analysis of a film in memory; the image's path and hash stay empty. Throws ArgumentError on an
  /// option out of range or a grey scale that the film lacks, NotImplemented in strict mode.
  Analysis analyze(const image::Film& film, const AnalysisOptions& options = {}) const;
  /// Reads, hashes and analyses. Throws FileError besides.
  Analysis analyze_file(const std::filesystem::path& path, const FileOptions& options = {}) const;

  /// The network that finds masses, for a closer look (saliency.hpp).
  const models::Detector& detector() const;
  /// Every model in use: the detector first.
  const std::vector<ModelRecord>& models() const;
  const ExecutionOptions& execution() const { return execution_; }

 private:
  struct Models;
  std::unique_ptr<Models> models_;
  ExecutionOptions execution_;
};

} // namespace mammo::app
