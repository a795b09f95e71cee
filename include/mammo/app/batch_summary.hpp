#pragma once

#include "mammo/app/manifest.hpp"
#include "mammo/pipeline/record.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace mammo::app {

struct SummaryOptions {
  bool by_suspicion = false; ///< the highest score first; else by path
  bool by_exam = false;      ///< a row a folder of films, else a row a film
};

/// The row of a film, from its report; of one without a report, why it has none.
///
/// Columns: film, status ("done" or "failed"), laterality, view, marks, best_score (empty without a mark),
/// malignancy (the highest; empty where no model scored it), density_percent (of the breast; empty without
/// that model), report (its file, relative to the output folder), reason. A new result of an analysis becomes
/// a column here.
pipeline::Record film_row(const std::filesystem::path& output, const ManifestItem& item);

/// The rows of the films, or of the exams: the films of a folder, with exam, films, failed, marks,
/// best_score, malignancy and most_suspicious, the film with the best score.
std::vector<pipeline::Record> summary_rows(const std::filesystem::path& output, const Manifest& manifest,
                                           const SummaryOptions& options);

/// Writes the rows as a table, whole or not at all. Throws FileError.
void write_summary(const std::filesystem::path& path, const std::vector<pipeline::Record>& rows);

} // namespace mammo::app
