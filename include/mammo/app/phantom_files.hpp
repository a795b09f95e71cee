#pragma once

#include "mammo/data/phantom.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace mammo::app {

/// Name and version of the truth's layout, its `schema`; docs/phantom.md describes it.
constexpr std::string_view phantom_schema = "mammo-phantom-1";
constexpr std::string_view phantom_truth_name = "truth.json";
constexpr std::string_view phantom_masks_name = "masks";

/// All that is known of a synthetic exam, as JSON.
std::string phantom_truth_json(const data::PhantomExam& exam, const data::PhantomOptions& options);

/// Writes an exam into a folder, made where missing: L_CC.dcm, R_CC.dcm, L_MLO.dcm, R_MLO.dcm, truth.json and
/// the masks as PNGs in masks/. Every byte is on the disk under a temporary name before the first file takes
/// its own, and the truth comes last: where it exists, the exam is whole.
///
/// A folder that holds an exam is refused unless `replace` is set; then the old exam's files go, masks that
/// the new one lacks included, and other files stay. Throws FileError; then no file of this exam is left.
void write_phantom(const data::PhantomExam& exam, const data::PhantomOptions& options,
                   const std::filesystem::path& folder, bool replace = false);

} // namespace mammo::app
