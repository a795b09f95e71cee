#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mammo::data {

/// A picture of a lesion with its outline.
struct LesionCrop {
  std::string name;              ///< "mdb132_1"
  std::string patient;           ///< mini-MIAS numbers a woman's two films 2n - 1 and 2n; else the name
  std::filesystem::path picture; ///< grey
  std::filesystem::path mask;    ///< of the same size; the lesion where it is not 0
};

/// The pairs `<name>.<ending>` and `<name>_bin.<ending>` of a folder, by name: the layout of mini-MIAS' mass
/// crops. Throws FileError where there are none, or a mask has no picture.
std::vector<LesionCrop> list_lesion_crops(const std::filesystem::path& folder);

} // namespace mammo::data
