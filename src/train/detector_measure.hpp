#pragma once

#include "mammo/eval/coco_ap.hpp"
#include "mammo/train/train_detector.hpp"

#include <span>

namespace mammo::train {

/// What was found on films, one each, against what is on them.
DetectorMeasure detector_measure(std::span<const eval::ImageBoxes> films);

} // namespace mammo::train
