#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace mammo::fuzz {

using Bytes = std::span<const std::byte>;

/// A reader that strangers' bytes reach.
struct Target {
  std::string_view name; ///< its folder in tests/fuzz/corpus/
  /// Returns where the bytes are read or refused by a FileError; throws whatever else comes out.
  void (*run)(Bytes bytes);
};

/// Pictures: `film_...`, `jpeg_2000`.
std::span<const Target> film_targets();
/// Tables and annotations of data sets.
std::span<const Target> data_targets();
#if MAMMO_FUZZ_MODELS
/// Weights, network descriptions, recipes.
std::span<const Target> model_targets();
#endif

} // namespace mammo::fuzz
