#include "app/own_results.hpp"

#include "app/phantom_names.hpp"
#include "mammo/app/phantom_files.hpp"
#include "mammo/app/preprocess_files.hpp"
#include "mammo/app/report.hpp"
#include "mammo/app/saliency_files.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

bool is_json_of(const fs::path& path, std::string_view schema) {
  constexpr std::size_t largest = std::size_t{16} << 20;
  try {
    const auto report = nlohmann::json::parse(read_text(path, largest), nullptr, /*allow_exceptions=*/false);
    return report.is_object() && report.value("schema", nlohmann::json()) == schema;
  } catch (const Error&) {
    return false;
  }
}

/// The film's stem where the name is `<stem>_<number>_<step>.png`, empty where it is not.
std::string stem_of_step_picture(std::string_view name) {
  constexpr std::string_view digits = "0123456789";
  for (const std::string& step : image::preprocessing_steps()) {
    const std::string ending = "_" + step + ".png";
    if (!name.ends_with(ending)) continue;
    const std::string_view numbered = name.substr(0, name.size() - ending.size());
    const std::size_t last = numbered.find_last_not_of(digits);
    const bool has_number = last != std::string_view::npos && last + 1 < numbered.size();
    if (has_number && numbered[last] == '_') return std::string(numbered.substr(0, last));
  }
  return {};
}

} // namespace

bool is_temporary(std::string_view name) {
  constexpr std::string_view mark = ".tmp-";
  const std::size_t at = name.rfind(mark);
  if (!name.starts_with('.') || at == std::string_view::npos || at == 0) return false;
  const std::string_view number = name.substr(at + mark.size());
  return !number.empty() && number.find_first_not_of("0123456789-") == std::string_view::npos;
}

bool is_own_result(const fs::path& path) {
  const std::string name = path.filename().string();
  if (is_temporary(name)) return true;
  struct Kind {
    std::string_view ending;
    std::string_view report_ending;
    std::string_view schema;
  };
  for (const Kind& kind : {Kind{overlay_ending, report_ending, report_schema},
                           Kind{preprocessed_ending, report_ending, report_schema},
                           Kind{preprocess_sheet_ending, preprocess_report_ending, preprocess_schema},
                           Kind{saliency_picture_ending, saliency_report_ending, saliency_schema}}) {
    if (!name.ends_with(kind.ending)) continue;
    const std::string stem = name.substr(0, name.size() - kind.ending.size());
    return is_json_of(path.parent_path() / (stem + std::string(kind.report_ending)), kind.schema);
  }
  const fs::path folder = path.parent_path();
  if (const std::string stem = stem_of_step_picture(name); !stem.empty()) {
    return is_json_of(folder / (stem + std::string(preprocess_report_ending)), preprocess_schema);
  }
  return folder.filename() == phantom_masks_name && is_phantom_mask(name) &&
         is_json_of(folder.parent_path() / phantom_truth_name, phantom_schema);
}

} // namespace mammo::app
