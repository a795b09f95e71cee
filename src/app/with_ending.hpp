#pragma once

#include <filesystem>
#include <string_view>

namespace mammo::app {

/// "out/film" and "_overlay.png" -> "out/film_overlay.png", whatever dots the stem has.
inline std::filesystem::path with_ending(const std::filesystem::path& stem, std::string_view ending) {
  std::filesystem::path path = stem;
  path += ending;
  return path;
}

} // namespace mammo::app
