#include "mammo/app/batch_summary.hpp"

#include "mammo/app/results.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/pipeline/csv.hpp"
#include "mammo/pipeline/group_by.hpp"
#include "mammo/pipeline/into.hpp"
#include "mammo/pipeline/stream.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using pipeline::Record;
using pipeline::Value;

Value text_of(const Json& json) {
  return json.is_string() ? Value(json.get<std::string>()) : Value();
}

/// The highest number of that name among the detections; nothing where none has one.
Value highest(const Json& detections, const char* name) {
  Value best;
  for (const Json& detection : detections) {
    const auto value = detection.find(name);
    if (value == detection.end() || !value->is_number()) continue;
    const auto* so_far = std::get_if<double>(&best);
    if (so_far == nullptr || value->get<double>() > *so_far) best = value->get<double>();
  }
  return best;
}

/// What is sorted by: -1 where there is none, so that it comes last.
double suspicion(const Record& row) {
  const auto* score = std::get_if<double>(&row.at("best_score"));
  return score == nullptr ? -1 : *score;
}

Value higher(const Value& a, const Value& b) {
  const auto* x = std::get_if<double>(&a);
  const auto* y = std::get_if<double>(&b);
  if (x == nullptr || y == nullptr) return x == nullptr ? b : a;
  return std::max(*x, *y);
}

Record exam_row(const pipeline::Group<std::string, Record>& exam) {
  std::int64_t failed = 0;
  std::int64_t marks = 0;
  Value best;
  Value malignancy;
  Value most_suspicious;
  for (const Record& film : exam.items) {
    if (film.text("status") != "done") ++failed;
    if (const auto* count = std::get_if<std::int64_t>(&film.at("marks"))) marks += *count;
    if (higher(best, film.at("best_score")) != best) most_suspicious = film.at("film");
    best = higher(best, film.at("best_score"));
    malignancy = higher(malignancy, film.at("malignancy"));
  }
  return {{"exam", exam.key},
          {"films", static_cast<std::int64_t>(exam.items.size())},
          {"failed", failed},
          {"marks", marks},
          {"best_score", best},
          {"malignancy", malignancy},
          {"most_suspicious", most_suspicious}};
}

} // namespace

Record film_row(const fs::path& output, const ManifestItem& item) {
  const fs::path path = ResultPaths(output / item.stem).report;
  std::error_code error;
  Record row{{"film", item.input.path.string()}};
  if (!fs::exists(path, error)) {
    for (const char* empty :
         {"laterality", "view", "marks", "best_score", "malignancy", "density_percent", "report"})
      row.set(empty, {});
    row.set("status", "failed");
    row.set("reason", item.reason);
    return row;
  }
  const Json report = Json::parse(read_text(path), nullptr, /*allow_exceptions=*/false);
  if (!report.is_object() || !report.contains("detections")) throw FileError(path.string(), "is no report");
  const Json& detections = report["detections"];
  row.set("laterality", text_of(report["image"]["laterality"]));
  row.set("view", text_of(report["image"]["view"]));
  row.set("marks", static_cast<std::int64_t>(detections.size()));
  row.set("best_score", highest(detections, "score"));
  row.set("malignancy", highest(detections, "malignancy"));
  const Json density = report.value("density", Json());
  row.set("density_percent", density.is_object() ? Value(density.value("percent", 0.0)) : Value());
  row.set("report", path.lexically_relative(output).string());
  row.set("status", "done");
  row.set("reason", {});
  return row;
}

std::vector<Record> summary_rows(const fs::path& output, const Manifest& manifest,
                                 const SummaryOptions& options) {
  std::vector<Record> rows;
  for (const ManifestItem& item : manifest.items) rows.push_back(film_row(output, item));
  if (options.by_exam) {
    const std::vector<Record> films = std::exchange(rows, {});
    const auto folder_of = [](const Record& film) {
      return fs::path(film.text("film")).parent_path().string();
    };
    pipeline::stream(pipeline::from(films) | pipeline::group_by(folder_of) | exam_row, pipeline::into(rows),
                     {.workers = 1});
  }
  if (options.by_suspicion) std::ranges::stable_sort(rows, std::greater<>(), suspicion);
  return rows;
}

void write_summary(const fs::path& path, const std::vector<Record>& rows) {
  pipeline::CsvSink table(path);
  for (const Record& row : rows) table(row);
  table.flush();
}

} // namespace mammo::app
