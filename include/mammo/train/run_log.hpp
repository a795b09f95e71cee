#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace mammo::train {

/// A CSV file that grows by a row a step: the first column is the step, all are numbers. A run that goes on
/// at an earlier step takes the rows after it away again.
class RunLog {
 public:
  /// Opens or begins a file; rows of steps above `step` are dropped. Throws FileError where it cannot be read
  /// or written, or has other columns.
  RunLog(std::filesystem::path path, std::vector<std::string> columns, std::int64_t step);

  /// Appends a row and flushes it. Throws FileError where it cannot be written.
  void append(std::int64_t step, std::span<const double> values);

  /// A column's numbers so far. Throws ArgumentError on a name that is none.
  std::vector<double> column(const std::string& name) const;

 private:
  std::filesystem::path path_;
  std::vector<std::string> columns_;
  std::vector<std::vector<double>> rows_;
  std::ofstream out_;
};

} // namespace mammo::train
