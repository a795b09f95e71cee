#include "mammo/app/results.hpp"

#include "app/stopwatch.hpp"
#include "app/with_ending.hpp"
#include "mammo/app/report.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/write_png.hpp"

#include <iomanip>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

/// Takes the files' names away again unless all of them have been given.
class Withdrawal {
 public:
  explicit Withdrawal(const ResultPaths& paths) : paths_(paths) {}
  ~Withdrawal() {
    if (!armed_) return;
    for (const fs::path& path : {paths_.report, paths_.overlay, paths_.preprocessed}) ::unlink(path.c_str());
  }
  Withdrawal(const Withdrawal&) = delete;
  Withdrawal& operator=(const Withdrawal&) = delete;
  void disarm() { armed_ = false; }

 private:
  const ResultPaths& paths_;
  bool armed_ = true;
};

std::string malignancy_note(const Detection& detection) {
  if (!detection.malignancy) return "";
  std::ostringstream text;
  text << "malignancy " << std::fixed << std::setprecision(2) << *detection.malignancy;
  return text.str();
}

std::string malignancy_remark(const Analysis& analysis) {
  if (!analysis.malignancy_reference || analysis.detections.empty()) return "";
  const MalignancyReference& reference = *analysis.malignancy_reference;
  std::ostringstream text;
  text << std::setprecision(2) << "malignancy: a score among lesions of which "
       << 100 * reference.adjusted_prevalence.value_or(reference.prevalence)
       << " % are malignant, no probability of cancer";
  return text.str();
}

std::string density_remark(const Analysis& analysis) {
  if (!analysis.density) return "";
  std::ostringstream text;
  text << "blue: dense tissue, " << std::fixed << std::setprecision(0) << 100 * analysis.density->percent
       << " % of the breast's area (" << analysis.density->category << " by area)";
  return text.str();
}

std::vector<std::vector<Point>> areas_of(const Analysis& analysis) {
  if (!analysis.density) return {};
  return dense_areas(*analysis.density, {analysis.image.height, analysis.image.width});
}

Tensor overlay_of(const Analysis& analysis, const ResultOptions& options) {
  std::vector<image::Marking> markings;
  for (const Detection& detection : analysis.detections) {
    markings.push_back(
        {detection.box, detection.score, detection.label, malignancy_note(detection), detection.outline});
  }
  return image::draw_overlay(analysis.grey, markings,
                             {.full_size = options.full_size,
                              .areas = areas_of(analysis),
                              .threshold = analysis.threshold,
                              .laterality = analysis.image.laterality,
                              .view = analysis.image.view,
                              .not_assessed = std::string(not_assessed),
                              .remark = malignancy_remark(analysis),
                              .areas_note = density_remark(analysis)});
}

} // namespace

ResultPaths::ResultPaths(const fs::path& stem)
    : report(with_ending(stem, report_ending)),
      overlay(with_ending(stem, overlay_ending)),
      preprocessed(with_ending(stem, preprocessed_ending)) {}

void write_results(Analysis& analysis, const fs::path& stem, const ResultOptions& options) {
  const ResultPaths paths(stem);
  if (stem.has_parent_path()) {
    std::error_code error;
    fs::create_directories(stem.parent_path(), error);
    if (error) throw FileError(stem.parent_path().string(), "cannot make this folder: " + error.message());
  }

  Stopwatch watch(analysis.times);
  const Tensor picture = overlay_of(analysis, options);
  watch.lap("overlay");

  AtomicFile preprocessed(paths.preprocessed);
  preprocessed.write(image::encode_png(analysis.canvas));
  AtomicFile overlay(paths.overlay);
  overlay.write(image::encode_png(picture));
  watch.lap("write_pictures");

  AtomicFile report(paths.report);
  report.write(report_json(analysis));

  // An older report must not stand beside newer pictures, not even for a moment.
  ::unlink(paths.report.c_str());
  Withdrawal withdrawal(paths);
  preprocessed.commit();
  overlay.commit();
  report.commit();
  withdrawal.disarm();
}

} // namespace mammo::app
