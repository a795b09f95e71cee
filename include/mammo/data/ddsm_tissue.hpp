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
};

/// The films of the DDSM set that Tiryaki annotated, by name: pairs `images/<name>.png` and
/// `labels/<name>_LI.png` below a folder. Throws FileError where there are none or a film has no labels.
std::vector<TissueFilm> list_ddsm_tissue(const std::filesystem::path& folder);

/// A tissue map, u8 [H, W] of Tissue values, from a picture with 64 for background, 128 for adipose and 192
/// for fibroglandular tissue, 255 for muscle. Throws FileError with the place of any other value.
Tensor read_tissue_map(const std::filesystem::path& labels);

} // namespace mammo::data
