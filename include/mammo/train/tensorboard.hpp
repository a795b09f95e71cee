#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace mammo::train {

/// Appends scalars to a TensorBoard event file: TFRecords
/// (https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details") of Event messages
/// (tensorflow/core/util/event.proto). Each call flushes, so that a run can be watched.
class TensorBoardWriter {
 public:
  /// Begins `<folder>/events.out.tfevents.<start>.mammo`, `start` in seconds since 1970. A run that goes on
  /// begins another file, which TensorBoard joins to the first. Throws FileError where it cannot be written.
  TensorBoardWriter(const std::filesystem::path& folder, std::int64_t start);

  struct Scalar {
    std::string tag;
    double value = 0;
  };
  /// `time` in seconds since 1970. Throws FileError where it cannot be written.
  void write(double time, std::int64_t step, const std::vector<Scalar>& scalars);

 private:
  void record(const std::string& event);

  std::filesystem::path path_;
  std::ofstream out_;
};

} // namespace mammo::train
