#pragma once

#include "mammo/app/detection_figures.hpp"
#include "mammo/eval/bootstrap.hpp"
#include "mammo/eval/roc.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mammo::app {

/// Which columns of a CSV file hold a reader's scores.
struct ScoreColumns {
  std::string score = "score";
  std::string truth = "truth";
  std::string cluster = {};  ///< of cases that depend on each other, such as a patient's; empty: none do
  std::string name = {};     ///< of the case, by which two files are joined; empty: the row's number
  std::string positive = {}; ///< the truth that means positive, all others being negative; empty: known words
};

/// One reader's scores.
struct ReaderScores {
  std::string file;
  std::vector<std::string> names;
  std::vector<eval::ScoredCase> cases;
  std::vector<std::string> clusters; ///< each case's; its own where no column says
};

/// Reads scores. Without `positive`, 1, true, yes, positive, malignant are positive and 0, false, no,
/// negative, benign, benign_without_callback negative, in any case. Throws FileError with the line on a row
/// that cannot be understood or a name that an earlier row has.
ReaderScores read_scores(const std::filesystem::path& path, const ScoreColumns& columns);

/// The second reader's cases in the first one's order. Throws FileError where they have not the same names
/// and truths.
ReaderScores in_order_of(const ReaderScores& first, ReaderScores second);

struct RocRequest {
  std::vector<double> specificities = {0.8, 0.9, 0.95};
  std::vector<double> thresholds = {};      ///< operating points that were fixed before
  double partial_false_positive_rate = 0.1; ///< up to which the partial area goes
  bool clustered = false;                   ///< the reader's clusters mean something
  eval::BootstrapOptions bootstrap = {};
};

/// `auc` (its interval by DeLong, or by bootstrap and, as `auc_obuchowski`, by Obuchowski over clusters),
/// partial areas, sensitivity at each specificity, average precision, the best F1, each threshold's operating
/// point, and Brier score, log loss and calibration error where all scores are 0 to 1.
std::vector<Figure> roc_figures(const ReaderScores& reader, const RocRequest& request);
/// The curve, and the diagonal of a test that knows nothing.
std::vector<image::LineSeries> roc_plot(const ReaderScores& reader);

/// `auc_1`, `auc_2`, `auc_difference` (first minus second) with intervals, `z` and `p` of DeLong's paired
/// test, or Obuchowski's over clusters.
std::vector<Figure> comparison_figures(const ReaderScores& first, const ReaderScores& second, bool clustered);

} // namespace mammo::app
