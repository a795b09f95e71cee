#include "mammo/train/run_log.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

namespace mammo::train {
namespace {

std::string joined(const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) {
    if (!line.empty()) line += ',';
    line += column;
  }
  return line;
}

// Shortest text that reads back as the same number.
std::string text_of(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string line_of(std::span<const double> row) {
  std::string line;
  for (const double value : row) {
    if (!line.empty()) line += ',';
    line += text_of(value);
  }
  line += '\n';
  return line;
}

// Nothing where the line is not so many numbers: the last one of a run that was killed may be cut.
std::vector<double> numbers_in(std::string_view line, std::size_t count) {
  std::vector<double> numbers;
  const char* at = line.data();
  const char* const end = at + line.size();
  while (at < end) {
    double value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) return {};
    numbers.push_back(value);
    if (next != end && *next != ',') return {};
    at = next == end ? end : next + 1;
  }
  return numbers.size() == count ? numbers : std::vector<double>();
}

} // namespace

RunLog::RunLog(std::filesystem::path path, std::vector<std::string> columns, std::int64_t step)
    : path_(std::move(path)), columns_(std::move(columns)) {
  if (std::filesystem::exists(path_)) {
    std::istringstream lines(read_text(path_));
    std::string line;
    std::getline(lines, line);
    if (line != joined(columns_)) {
      throw FileError(path_.string(),
                      concat("begins with \"", line, "\", expected \"", joined(columns_), '"'));
    }
    while (std::getline(lines, line)) {
      std::vector<double> row = numbers_in(line, columns_.size());
      if (row.empty() || row.front() > static_cast<double>(step)) break;
      rows_.push_back(std::move(row));
    }
  }
  std::string kept = joined(columns_) + '\n';
  for (const std::vector<double>& row : rows_) kept += line_of(row);
  AtomicFile file(path_);
  file.write(kept);
  file.commit();
  out_.open(path_, std::ios::binary | std::ios::app);
}

void RunLog::append(std::int64_t step, std::span<const double> values) {
  std::vector<double> row{static_cast<double>(step)};
  row.insert(row.end(), values.begin(), values.end());
  require<ArgumentError>(row.size() == columns_.size(), path_.string(), ": a row of ", row.size(),
                         " numbers, expected ", columns_.size());
  out_ << line_of(row) << std::flush;
  if (!out_) throw FileError(path_.string(), "cannot be written");
  rows_.push_back(std::move(row));
}

std::vector<double> RunLog::column(const std::string& name) const {
  const auto found = std::ranges::find(columns_, name);
  require<ArgumentError>(found != columns_.end(), path_.string(), ": no column ", name);
  const auto place = static_cast<std::size_t>(found - columns_.begin());
  std::vector<double> numbers;
  for (const std::vector<double>& row : rows_) numbers.push_back(row[place]);
  return numbers;
}

} // namespace mammo::train
