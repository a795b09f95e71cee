#pragma once

#include "mammo/core/geometry.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mammo::data {

// Files as the COCO data set has them (Lin et al., "Microsoft COCO", 2014;
// https://cocodataset.org/#format-data and #format-results). Boxes are [x, y, width, height] in pixels of the
// annotations' images. Ids are any whole numbers, 0 included.

struct CocoImage {
  std::int64_t id = 0;
  std::string file_name; ///< relative to the annotation file's folder, and inside it
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// Our own addition, from native_width and native_height: width over height before the picture was
  /// stretched.
  std::optional<double> native_aspect;
};

struct CocoAnnotation {
  std::int64_t id = 0;
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  Box box;
  double area = 0; ///< the box's where the file gives none
  bool crowd = false;
};

struct CocoCategory {
  std::int64_t id = 0;
  std::string name;
};

struct CocoFile {
  std::vector<CocoImage> images; ///< in the file's order
  std::vector<CocoAnnotation> annotations;
  std::vector<CocoCategory> categories;
};

/// Reads an annotation file (`_annotations.coco.json`, `instances_*.json`). Throws FileError naming the
/// entry, as "annotations[12].bbox", on JSON that is none, missing or misshapen entries, ids given twice, an
/// annotation of an image or category that is not listed, or a name that leads out of the folder.
CocoFile read_coco(const std::filesystem::path& path);

/// One entry of a result file.
struct CocoResult {
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  Box box;
  double score = 0;
};

/// Reads a result file, a JSON array of detections. Throws FileError as above.
std::vector<CocoResult> read_coco_results(const std::filesystem::path& path);
/// The same as JSON text; numbers are read back as they are.
std::string coco_results_json(std::span<const CocoResult> results);

} // namespace mammo::data
