#include "mammo/app/reader_figures.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/csv.hpp"
#include "mammo/eval/calibration.hpp"
#include "mammo/eval/delong.hpp"
#include "mammo/eval/pr.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace mammo::app {
namespace {

constexpr std::array<std::string_view, 5> positive_words = {"1", "true", "yes", "positive", "malignant"};
constexpr std::array<std::string_view, 6> negative_words = {"0",        "false",  "no",
                                                            "negative", "benign", "benign_without_callback"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool truth_of(const data::CsvTable& table, const CsvRow& row, std::size_t column,
              const std::string& positive) {
  const std::string_view text = table.text(row, column);
  if (text.empty()) table.refuse(row, column, "a truth");
  if (!positive.empty()) return text == positive;
  const std::string word = lower(text);
  if (std::ranges::find(positive_words, word) != positive_words.end()) return true;
  if (std::ranges::find(negative_words, word) != negative_words.end()) return false;
  table.refuse(row, column, "1 or 0, malignant or benign, or the like (--positive names another)");
}

/// The cases with other weights.
std::vector<eval::ScoredCase> weighted(std::vector<eval::ScoredCase> cases, std::span<const double> weights) {
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i].weight = weights[i];
  return cases;
}

bool are_probabilities(const std::vector<eval::ScoredCase>& cases) {
  return std::ranges::all_of(cases,
                             [](const eval::ScoredCase& one) { return one.score >= 0 && one.score <= 1; });
}

/// The figures that come with bootstrapped intervals.
std::vector<Figure> drawn_figures(const std::vector<eval::ScoredCase>& cases, const RocRequest& request) {
  const eval::RocCurve curve = eval::roc_curve(cases);
  const double limit = request.partial_false_positive_rate;
  std::vector<Figure> figures = {
      {"auc", eval::auc(curve)},
      {concat("partial_auc_", limit), eval::partial_auc(curve, limit)},
      {concat("standardized_partial_auc_", limit), eval::standardized_partial_auc(curve, limit)},
      {"average_precision", eval::average_precision(cases)}};
  for (const double specificity : request.specificities) {
    figures.push_back({concat("sensitivity_at_specificity_", specificity),
                       eval::at_specificity(cases, specificity).sensitivity});
  }
  for (const double threshold : request.thresholds) {
    const eval::OperatingPoint point = eval::operating_point(cases, threshold);
    figures.push_back({concat("sensitivity_at_", threshold), point.sensitivity});
    figures.push_back({concat("specificity_at_", threshold), point.specificity});
    figures.push_back({concat("positive_predictive_value_at_", threshold), point.positive_predictive_value});
    figures.push_back({concat("negative_predictive_value_at_", threshold), point.negative_predictive_value});
    figures.push_back({concat("accuracy_at_", threshold), point.accuracy});
    figures.push_back({concat("f1_at_", threshold), eval::f1(cases, threshold)});
  }
  if (are_probabilities(cases)) {
    figures.push_back({"brier", eval::brier(cases)});
    figures.push_back({"log_loss", eval::log_loss(cases)});
    figures.push_back({"calibration_error", eval::expected_calibration_error(eval::reliability(cases))});
  }
  return figures;
}

void add_intervals(std::vector<Figure>& figures, const ReaderScores& reader, const RocRequest& request) {
  const std::size_t count = figures.size();
  const auto values = [&](std::span<const double> weights) {
    std::vector<double> drawn(count, std::numeric_limits<double>::quiet_NaN());
    try {
      const std::vector<Figure> again = drawn_figures(weighted(reader.cases, weights), request);
      std::ranges::transform(again, drawn.begin(), &Figure::value);
    } catch (const ArgumentError&) {
      // A draw without cases of both kinds says nothing.
    }
    return drawn;
  };
  const auto intervals = eval::clustered_bootstrap(reader.clusters, values, request.bootstrap);
  for (std::size_t i = 0; i < count; ++i) figures[i].interval = intervals[i];
}

} // namespace

ReaderScores read_scores(const std::filesystem::path& path, const ScoreColumns& columns) {
  const data::CsvTable table = data::CsvTable::read(path);
  const std::size_t score = table.column(columns.score);
  const std::size_t truth = table.column(columns.truth);
  ReaderScores reader;
  reader.file = path.string();
  std::set<std::string> known;
  for (const CsvRow& row : table.rows()) {
    reader.cases.push_back(
        {.score = table.number(row, score), .positive = truth_of(table, row, truth, columns.positive)});
    const std::string number = std::to_string(reader.cases.size());
    reader.names.push_back(columns.name.empty() ? number
                                                : std::string(table.text(row, table.column(columns.name))));
    reader.clusters.push_back(
        columns.cluster.empty() ? number : std::string(table.text(row, table.column(columns.cluster))));
    if (!known.insert(reader.names.back()).second)
      table.refuse(row, table.column(columns.name), "a name that no earlier row has");
  }
  return reader;
}

ReaderScores in_order_of(const ReaderScores& first, ReaderScores second) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < second.names.size(); ++i) place[second.names[i]] = i;
  if (first.names.size() != second.names.size())
    throw FileError(second.file, concat("has ", second.names.size(), " cases, expected the ",
                                        first.names.size(), " of ", first.file));
  ReaderScores ordered;
  ordered.file = second.file;
  for (std::size_t i = 0; i < first.names.size(); ++i) {
    const auto found = place.find(first.names[i]);
    if (found == place.end())
      throw FileError(second.file,
                      concat("has no case \"", first.names[i], "\", which ", first.file, " has"));
    const std::size_t at = found->second;
    if (second.cases[at].positive != first.cases[i].positive)
      throw FileError(second.file,
                      concat("case \"", first.names[i], "\" has another truth than in ", first.file));
    ordered.names.push_back(second.names[at]);
    ordered.cases.push_back(second.cases[at]);
    ordered.clusters.push_back(second.clusters[at]);
  }
  return ordered;
}

std::vector<Figure> roc_figures(const ReaderScores& reader, const RocRequest& request) {
  std::vector<Figure> figures = drawn_figures(reader.cases, request);
  add_intervals(figures, reader, request);
  if (request.clustered) {
    const eval::AucEstimate estimate = eval::obuchowski(reader.cases, reader.clusters);
    figures.push_back({"auc_obuchowski", estimate.auc, estimate.interval});
  } else {
    figures.front().interval = eval::delong(reader.cases).interval;
  }
  const eval::BestF1 best = eval::best_f1(reader.cases);
  figures.push_back({"best_f1", best.f1});
  figures.push_back({"best_f1_threshold", best.threshold});
  return figures;
}

std::vector<image::LineSeries> roc_plot(const ReaderScores& reader) {
  const eval::RocCurve curve = eval::roc_curve(reader.cases);
  return {{.name = "", .x = curve.false_positive_rate, .y = curve.sensitivity},
          {.name = "no information", .x = {0, 1}, .y = {0, 1}}};
}

std::vector<Figure> comparison_figures(const ReaderScores& first, const ReaderScores& second,
                                       bool clustered) {
  const eval::AucComparison compared = clustered
                                           ? eval::obuchowski_test(first.cases, second.cases, first.clusters)
                                           : eval::delong_test(first.cases, second.cases);
  return {{"auc_1", compared.first.auc, compared.first.interval},
          {"auc_2", compared.second.auc, compared.second.interval},
          {"auc_difference", compared.difference, compared.interval},
          {"z", compared.z},
          {"p", compared.p}};
}

} // namespace mammo::app
