#pragma once

#include "mammo/core/tensor.hpp"
#include "mammo/data/view.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mammo::data {

/// What a pixel of a tissue map is, as the map's element.
enum class Tissue : std::uint8_t { background, adipose, fibroglandular, pectoral_muscle };

/// A film and its map of tissues.
struct TissueFilm {
  std::string name;    ///< "A_0002_1.RIGHT_MLO"
  std::string patient; ///< "A_0002_1"
  std::optional<Laterality> laterality;
  std::optional<Projection> projection;
  std::filesystem::path film;
  std::filesystem::path labels;
  std::optional<int> fold{}; ///< of a split; nobody ships one (deal_folds)
};

/// The films of the DDSM set that Tiryaki annotated, by name: pairs `images/<name>.png` and
/// `labels/<name>_LI.png` below a folder. Throws FileError where there are none or a film has no labels.
std::vector<TissueFilm> list_ddsm_tissue(const std::filesystem::path& folder);

/// Gives each film a fold, 0 to folds - 1: patients in the order of their names are dealt out in turn. The
/// names begin with the part of DDSM that a film is from, so that each fold has films of all. Throws
/// ArgumentError on fewer than 2 folds.
void deal_folds(std::vector<TissueFilm>& films, int folds = 5);

/// A tissue map, u8 [H, W] of Tissue values, from a picture with 64 for background, 128 for adipose and 192
/// for fibroglandular tissue, 255 for muscle. Throws FileError with the place of any other value.
Tensor read_tissue_map(const std::filesystem::path& labels);

} // namespace mammo::data
