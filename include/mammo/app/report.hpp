#pragma once

#include "mammo/app/analysis.hpp"

#include <string>
#include <string_view>

namespace mammo::app {

/// Names and version the layout of a report; docs/report.schema.json describes it.
inline constexpr std::string_view report_schema = "mammo-report-1";

/// What the results of a film are called: its output stem with these added.
inline constexpr std::string_view report_ending = ".json";
inline constexpr std::string_view overlay_ending = "_overlay.png";
inline constexpr std::string_view preprocessed_ending = "_preprocessed.png";

/// What every report says of its reach.
inline constexpr std::string_view not_assessed =
    "masses only; calcifications, asymmetries and distortions are not assessed";

/// What every report that has a density category says of it.
inline constexpr std::string_view density_category_rule =
    "dense area alone, by cut_points; not a reader's BI-RADS category";

/// The analysis as a JSON document, ended by a newline: UTF-8 (bytes of a name that are none become U+FFFD),
/// keys in a fixed order. Two runs over one film differ in "milliseconds" and "memory" alone.
std::string report_json(const Analysis& analysis);

/// SHA-256 of the preprocessing's parameters: of the report's "steps" and "parameters" as a compact JSON
/// object with sorted keys.
std::string parameters_sha256(const PreprocessingRecord& preprocessing);

} // namespace mammo::app
