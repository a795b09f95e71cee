#pragma once

#include "mammo/app/analyzer.hpp"
#include "mammo/app/detection_figures.hpp"
#include "mammo/data/coco.hpp"
#include "mammo/data/detection_set.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mammo::app {

/// A detector's marks on the films of a set, in the annotations' terms.
struct DetectorMarks {
  std::vector<data::CocoResult> results; ///< boxes in annotation pixels
  std::vector<ModelRecord> models;
  ExecutionRecord execution;
};

struct FilmCalls {
  std::function<void(const data::AnnotatedFilm&)> started;
  std::function<void()> ended;
  /// Asked between films; true ends the work.
  std::function<bool()> stop;
};

/// Which category of an annotation file masses are: the only one that is used, else the only one whose name
/// has "mass" in it. Throws ArgumentError, listing the categories, where that leaves several or none.
std::int64_t mass_category(const data::DetectionSet& set);

/// Runs the detector on each film, stretched back to its aspect, and keeps all its marks, whatever their
/// score. Throws FileError where a picture is missing, before any work, or cannot be read.
DetectorMarks mark_films(Analyzer& analyzer, const data::DetectionSet& set, const FilmCalls& calls = {});

/// Films with what is on them and what was found, in the order of their ids, as coco_figures takes them; of
/// one category, or of all. Results of films that the set does not have are left out.
std::vector<eval::ImageBoxes> joined(const data::DetectionSet& set, std::span<const data::CocoResult> results,
                                     std::optional<std::int64_t> category = std::nullopt);
/// The films' patients, in the same order.
std::vector<std::string> patients_of(const data::DetectionSet& set);

/// What was evaluated and how, for the record.
struct DetectionRecord {
  const data::DetectionSet& set;
  const DetectionFigures& figures;
  std::span<const data::CocoResult> results;
  eval::BootstrapOptions bootstrap = {};
  std::filesystem::path split = {};
  std::vector<int> folds = {};
  /// Of the detector; empty where the results came from elsewhere.
  std::vector<ModelRecord> models = {};
  std::optional<ExecutionRecord> execution = std::nullopt;
};

/// `metrics.json`'s text; docs/evaluation.md describes it.
std::string metrics_json(const DetectionRecord& record);

/// Writes metrics.json, predictions.json, froc.png and .svg, precision_recall.png and .svg into a folder,
/// made where missing; the metrics come last. Throws FileError.
void write_evaluation(const DetectionRecord& record, const std::filesystem::path& folder);

} // namespace mammo::app
