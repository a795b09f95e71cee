#pragma once

#include "mammo/app/analyzer.hpp"
#include "mammo/app/batch_summary.hpp"
#include "mammo/app/inputs.hpp"
#include "mammo/app/results.hpp"
#include "mammo/pipeline/stream_report.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mammo::app {

// Thousands of films, in a run that may end at any moment and be gone on with.
//
// - An item is a path. What is to be done stands in `manifest.jsonl`, written before the first film is begun.
// - The rename of `<stem>.json`, the last of a film's files, is the record that it is finished; nothing else
// is
//   written while films are worked on, so that a kill -9 leaves whole reports and temporaries.
// - A run that is resumed sweeps the temporaries away and does the films without a report. It ends, as one
// that
//   was never stopped, with one report and one row in `summary.csv` for each film.

struct FilmBatchOptions {
  std::filesystem::path input;  ///< a folder
  std::filesystem::path output; ///< made where missing
  int jobs = 0;                 ///< films in flight; 0: as many as the thread budget has threads
  bool resume = false;          ///< go on with the output folder's manifest; without one, start afresh
  FileOptions file = {};
  ResultOptions results = {};
  SummaryOptions summary = {};
};

struct FilmBatchCalls {
  std::function<void(std::size_t films, std::size_t finished_before)> begins = {};
  std::function<void(const Refusal&)> refused = {};
  std::function<void(const std::filesystem::path&)> started = {};
  /// The reason is empty where all went well.
  std::function<void(const std::filesystem::path&, const std::string& reason)> ended = {};
  std::function<bool()> stop = {}; ///< as of a stream (stream_options.hpp)
};

struct FilmBatchReport {
  std::size_t films = 0;
  std::size_t finished_before = 0; ///< by the run that was resumed
  std::size_t analysed = 0;
  std::size_t failed = 0;
  bool cancelled = false; ///< then no summary was written
  pipeline::StreamReport stream;
};

/// Analyses all films of a folder. Throws FileError where the folder gives none, where the output cannot be
/// written, where another batch is writing there, and on a damaged manifest; ArgumentError where a run is
/// resumed with another input or other settings.
FilmBatchReport run_batch(const Analyzer& analyzer, const FilmBatchOptions& options,
                          const FilmBatchCalls& calls = {});

} // namespace mammo::app
