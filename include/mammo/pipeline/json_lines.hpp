#pragma once

#include "mammo/core/file.hpp"
#include "mammo/pipeline/record.hpp"
#include "mammo/pipeline/source.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace mammo::pipeline {

/// Reads a file of JSON objects, one a line (https://jsonlines.org). A value that is itself an object or a
/// list is given as its JSON text.
class JsonLinesSource {
 public:
  /// Throws FileError.
  explicit JsonLinesSource(const std::filesystem::path& path);

  /// The next line that is not empty. Throws FileError, with the line's number, where it is no JSON object;
  /// the call after is about the next line.
  std::optional<Record> next();

 private:
  std::string path_;
  MappedFile file_;
  std::size_t position_ = 0;
  std::size_t line_ = 0;
};

inline Flow<JsonLinesSource> json_lines(const std::filesystem::path& path) {
  return from(JsonLinesSource(path));
}

/// One JSON object as a record. Throws Error where the text is none.
Record parse_record(std::string_view json);

/// Writes records as JSON lines. The file appears when it is flushed, whole; the records that came before a
/// stream was cancelled are in it.
class JsonLinesSink {
 public:
  /// Throws FileError, as the others do.
  explicit JsonLinesSink(const std::filesystem::path& path) : file_(path) {}

  void operator()(const Record& record) { file_.write(record.json() + '\n'); }
  void flush() { file_.commit(); }

 private:
  AtomicFile file_;
};

} // namespace mammo::pipeline
