#pragma once

#include "mammo/core/csv.hpp"
#include "mammo/core/file.hpp"
#include "mammo/pipeline/record.hpp"
#include "mammo/pipeline/source.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mammo::pipeline {

/// Reads a table whose first row names the columns; all values are texts.
class CsvSource {
 public:
  /// Throws FileError where the file is missing or empty.
  explicit CsvSource(const std::filesystem::path& path, char separator = ',');

  /// Throws FileError, with the line, on a row that has not as many fields as there are columns.
  std::optional<Record> next();

 private:
  std::string path_;
  MappedFile file_;
  CsvReader reader_;
  std::vector<std::string> columns_;
};

inline Flow<CsvSource> csv_rows(const std::filesystem::path& path, char separator = ',') {
  return from(CsvSource(path, separator));
}

/// Writes records as a table (RFC 4180). The first record names the columns, unless they are given; a record
/// that lacks one leaves it empty. The file appears when it is flushed, whole; the records that came before a
/// stream was cancelled are in it.
class CsvSink {
 public:
  /// Throws FileError, as the others do.
  explicit CsvSink(const std::filesystem::path& path, std::vector<std::string> columns = {});

  /// Throws Error on a record with a field that is no column.
  void operator()(const Record& record);
  void flush();

 private:
  void write_header();

  AtomicFile file_;
  std::vector<std::string> columns_;
  bool has_header_ = false;
};

} // namespace mammo::pipeline
